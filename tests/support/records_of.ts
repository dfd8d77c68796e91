import { checkRecord } from "../../src/domain/check_record.ts";
import { compareTexts } from "../../src/domain/compare_texts.ts";
import type { FileRecord, Segment } from "../../src/domain/records.ts";
import type { Store } from "../../src/store/store.ts";

/** A record of which only some keys matter. */
export function recordOf(
  fileId: string,
  head: Partial<FileRecord> = {},
  segments: (Partial<Segment> & { index: number })[] = [],
): FileRecord {
  const rest = { path: fileId, name: fileId, size: 1, ...head };
  return checkRecord({ ...rest, file_id: fileId, segments: segments.map((segment) => ({ size: 1, ...segment })) });
}

/** A record with so many segments, posted but for those whose index is in `pending`. */
export function postedRecord(
  fileId: string,
  count: number,
  head: Partial<FileRecord> = {},
  pending: number[] = [],
): FileRecord {
  return recordOf(
    fileId,
    head,
    Array.from(
      { length: count },
      (_, index) =>
        pending.includes(index) ? { index } : { index, message_id: `${index}.${encodeURIComponent(fileId)}@test` },
    ),
  );
}

/** Everything in a store, in its order. */
export async function allOf(store: Store): Promise<FileRecord[]> {
  return await Array.fromAsync(store.stream());
}

/** Records in the order of a store. */
export function inOrder(files: FileRecord[]): FileRecord[] {
  return files.toSorted((a, b) => compareTexts(a.file_id, b.file_id));
}
