import type { Segment } from "../domain/records.ts";

/** NZB numbers are at most this, article sizes less than this. */
const MOST = 2 ** 31;

/**
 * A segment of an NZB. `number` counts from 1, `bytes` is the article's size, `messageId` comes without brackets and
 * white space. Undefined when one of them cannot be used.
 */
export function nzbSegment(number: number, bytes: number, messageId: string): Segment | undefined {
  if (!(number >= 1 && number <= MOST && bytes >= 0 && bytes < MOST)) return undefined;
  return {
    index: number - 1,
    redundancy: 0,
    size: bytes,
    offset: null,
    hash: null,
    message_id: messageId,
    subject: null,
    internal_subject: null,
    group: null,
    server: null,
    status: "uploaded",
    uploaded_at: null,
  };
}
