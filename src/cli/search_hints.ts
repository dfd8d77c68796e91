import { searchParts } from "../domain/search_words.ts";
import type { Session } from "../session/session.ts";

/** Parts of a query that are looked at one by one. */
const MAX_PARTS = 8;

/** Why a search has found nothing, and what would, in lines. */
export async function searchHints(session: Pick<Session, "search">, words: string): Promise<string[]> {
  const parts = [...new Set(searchParts(words).map(({ text }) => text))];
  if (parts.length === 0) return ["There is no letter or digit in it."];
  const isFound = async (words: string) => (await session.search(words, { limit: 1 })).files.length > 0;
  const hints: string[] = [];
  for (const part of parts.slice(0, MAX_PARTS)) {
    if (parts.length > 1 && await isFound(part)) continue;
    const open = part.endsWith("*") ? undefined : `${part}*`;
    const isBegun = open !== undefined && await isFound(open);
    hints.push(isBegun ? `No file has "${part}" as a whole word: search for ${open}` : `No file has "${part}".`);
  }
  if (hints.length === 0 && parts.length > 1) hints.push("Each of the words is found, but no file has all of them.");
  return hints;
}
