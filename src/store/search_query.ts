import { type SearchPart, searchParts, type SearchTerm, searchTerms } from "../domain/search_words.ts";

/** Parts of a query up to which each may be the id of a file; of more only all of them together. */
const MAX_KEYED_PARTS = 16;

/** What a search asks for: of every part its words, or the text itself as an id (see `keysOf`). */
export interface SearchQuery {
  parts: SearchPart[];
  /** Without white space around it. */
  whole: string;
}

export function searchQuery(text: string): SearchQuery {
  return { parts: searchParts(text), whole: text.trim() };
}

/** The texts of a query that may be a `file_id` or an `internal_subject`, which are found as they are, and whole. */
export function keysOf({ parts, whole }: SearchQuery): string[] {
  if (whole === "") return [];
  return [...new Set([whole, ...(parts.length <= MAX_KEYED_PARTS ? parts.map(({ text }) => text) : [])])];
}

/** The words that a file must still have that some of a query's texts are ids of. */
export function remainingTerms({ parts, whole }: SearchQuery, keys: Set<string>): SearchTerm[] {
  return keys.has(whole) ? [] : searchTerms(parts.filter(({ text }) => !keys.has(text)));
}
