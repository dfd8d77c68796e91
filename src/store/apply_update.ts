import type { Segment } from "../domain/records.ts";
import type { SegmentUpdate } from "./store.ts";

/** Changes a segment as an update says. */
export function applyUpdate(segment: Segment, { message_id, uploaded_at, status, group, server }: SegmentUpdate): void {
  if (message_id !== undefined) segment.message_id = message_id;
  if (uploaded_at !== undefined) segment.uploaded_at = uploaded_at;
  if (status !== undefined) segment.status = status;
  if (group !== undefined) segment.group = group;
  if (server !== undefined) segment.server = server;
}
