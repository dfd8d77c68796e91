import { Buffer } from "node:buffer";
import { compareTexts } from "../domain/compare_texts.ts";
import { InputError } from "../domain/errors.ts";
import type { FileSummary } from "../domain/records.ts";
import { searchPosition } from "../store/search_cursor.ts";

/** Files that are put in an order that no index has: the first that fit. */
export const MAX_SORTED = 10_000;

type Key = string | number;

const names = new Intl.Collator("en", { numeric: true });

/** What files can be ordered by: the smaller key comes first, of the same ones the smaller `file_id`. */
const KEYS = {
  newest: ({ file_id, created_at }) => -searchPosition(file_id, created_at).second,
  name: ({ name }) => name,
  largest: ({ size }) => -size,
  smallest: ({ size }) => size,
  "to-post": ({ pending_count }) => -pending_count,
} satisfies Record<string, (file: FileSummary) => Key>;

export type FileOrder = keyof typeof KEYS;
export const FILE_ORDERS = Object.keys(KEYS) as [FileOrder, ...FileOrder[]];

interface Position {
  key: Key;
  file_id: string;
}

/** A page of files in an order, after a cursor that an earlier page gave. Throws an `InputError` for another text. */
export function sortedPage(
  files: FileSummary[],
  order: FileOrder,
  { limit, after }: { limit: number; after?: string },
): { files: FileSummary[]; next: string | null } {
  const keyOf: (file: FileSummary) => Key = KEYS[order];
  const start = after === undefined ? undefined : readPosition(after);
  const all = files.map((file) => ({ key: keyOf(file), file_id: file.file_id, file }));
  const rest = start ? all.filter((position) => compare(position, start) > 0) : all;
  const page = rest.toSorted(compare).slice(0, limit), last = page.at(-1);
  return {
    files: page.map(({ file }) => file),
    next: last && rest.length > limit ? writePosition(last) : null,
  };
}

function compare(a: Position, b: Position): number {
  const byKey = typeof a.key === "string" ? names.compare(a.key, String(b.key)) : a.key - Number(b.key);
  return byKey || compareTexts(a.file_id, b.file_id);
}

function writePosition({ key, file_id }: Position): string {
  return Buffer.from(JSON.stringify([key, file_id])).toString("base64url");
}

function readPosition(text: string): Position {
  try {
    const [key, file_id, ...rest] = JSON.parse(Buffer.from(text, "base64url").toString());
    if (["string", "number"].includes(typeof key) && typeof file_id === "string" && rest.length === 0) {
      return { key, file_id };
    }
  } catch {
    // told below, like every other text that is no cursor
  }
  throw new InputError(`after: not the continuation of this list: ${text}`);
}
