import type { FileSummary, SegmentOfFile } from "../domain/records.ts";
import { checkLimit } from "./check_limit.ts";
import type { FoundSegments } from "./store.ts";

/** Blocks that are read for one Message-ID: of one that more have, the first in order are not known. */
export const MAX_FOUND_BLOCKS = 1000;

/** The most segments that a lookup gives. */
export const MAX_FOUND = 1000;

/** What was posted under a Message-ID, in any order. */
export interface PostedUnder {
  segments: SegmentOfFile[];
  /** Whether there are no others. */
  isWhole: boolean;
}

/** The limit of a lookup; throws an `InputError` for one that is none. */
export function findLimit(limit: number | undefined): number {
  return Math.min(checkLimit(limit), MAX_FOUND);
}

/** The first of the segments that a lookup has found, in their order, with their files; without those whose file has gone meanwhile. */
export async function foundSegments(
  { segments, isWhole }: PostedUnder,
  limit: number,
  filesOf: (fileIds: string[]) => Promise<FileSummary[]>,
): Promise<FoundSegments> {
  const first = segments.slice(0, limit);
  const files = new Map(
    (await filesOf([...new Set(first.map(({ file_id }) => file_id))])).map((file) => [file.file_id, file]),
  );
  const found = first.flatMap((segment) => {
    const file = files.get(segment.file_id);
    return file ? [{ segment, file }] : [];
  });
  return { found, has_more: !isWhole || segments.length > limit };
}
