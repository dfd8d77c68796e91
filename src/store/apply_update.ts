import { type Segment, UPDATABLE_FIELD_NAMES, type UpdatableFieldName } from "../domain/segment_fields.ts";
import type { SegmentUpdate } from "./store.ts";

/** Changes a segment as an update says. */
export function applyUpdate(segment: Segment, update: SegmentUpdate): void {
  for (const name of UPDATABLE_FIELD_NAMES) setField(segment, name, update[name]);
}

function setField<Name extends UpdatableFieldName>(
  segment: Segment,
  name: Name,
  value: Segment[Name] | undefined,
): void {
  if (value !== undefined) segment[name] = value;
}
