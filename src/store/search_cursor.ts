import { InputError } from "../domain/errors.ts";
import type { FileSummary } from "../domain/records.ts";

/** A file found by a search, with the second that it is ordered by. */
export interface SearchHit {
  second: number;
  file: FileSummary;
}

/** Where a page of a search begins: after this file. */
export interface SearchCursor {
  second: number;
  name: string;
  file_id: string;
}

/** Where the next page of a search begins, as a text that callers hand back. */
export function writeCursor({ second, file }: SearchHit): string {
  return new TextEncoder().encode(JSON.stringify([second, file.name, file.file_id])).toBase64({
    alphabet: "base64url",
  });
}

/** Reads what `writeCursor` wrote; throws an `InputError` for anything else. */
export function readCursor(text: string): SearchCursor {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" });
    const [second, name, file_id] = JSON.parse(new TextDecoder().decode(bytes));
    if (Number.isInteger(second) && typeof name === "string" && typeof file_id === "string") {
      return { second, name, file_id };
    }
  } catch {
    // told below, like every other text that is no cursor
  }
  throw new InputError(`after: not the continuation of a search: ${text}`);
}
