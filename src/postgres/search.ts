import { isStorable } from "../domain/check_json.ts";
import { LAST_SECOND } from "../domain/file_head.ts";
import type { FileSummary } from "../domain/records.ts";
import { type SearchTerm, searchTerms } from "../domain/search_words.ts";
import {
  compareSearchPositions,
  SEARCH_HASH_BITS,
  type SearchPosition,
  searchPosition,
  writeCursor,
} from "../store/search_cursor.ts";
import { keysOf, remainingTerms, type SearchQuery } from "../store/search_query.ts";
import type { SearchPage } from "../store/store.ts";
import type { Sql } from "./connection.ts";
import { beforeNul, FILE_COLUMNS, type FileRow } from "./file_rows.ts";
import { filesOfInternalSubject, type ReadSound } from "./find.ts";
import { SEARCH_ORDER } from "./schema.ts";

/** How files are read that may be damaged: then an error names them. */
interface Reading {
  summary(row: FileRow): FileSummary;
  sound: ReadSound;
}

/** A page of a search: of the files that hold its words, and of those that parts of it are ids of. */
export async function searchPage(
  sql: Sql,
  query: SearchQuery,
  limit: number,
  after: SearchPosition | undefined,
  { summary, sound }: Reading,
): Promise<SearchPage> {
  const byId = (await filesByKeys(sql, query, sound)).map(summary).filter((file) =>
    !after || compareSearchPositions(searchPosition(file.file_id, file.created_at), after) > 0
  );
  const byWords = (await filesByWords(sql, searchTerms(query.parts), limit + 1, after)).map(summary);
  const files = [...new Map([...byWords, ...byId].map((file) => [file.file_id, file])).values()];
  const hits = files.map((file) => ({ file, ...searchPosition(file.file_id, file.created_at) }));
  if (byId.length > 0) hits.sort(compareSearchPositions);
  const next = hits.length > limit ? writeCursor(hits[limit - 1]) : null;
  return { files: hits.slice(0, limit).map(({ file }) => file), next };
}

async function filesByWords(
  sql: Sql,
  terms: SearchTerm[],
  limit: number,
  after: SearchPosition | undefined,
): Promise<FileRow[]> {
  if (terms.length === 0) return [];
  const [newest, hash, fileId] = after
    ? [-after.second, after.hash, beforeNul(after.file_id)]
    : [-LAST_SECOND - 1, 0, ""];
  // Not prepared: whether to go by words or by time depends on the words, and one plan for all is wrong for many.
  return await sql.unsafe<FileRow[]>(
    `SELECT ${FILE_COLUMNS} FROM files
      WHERE words @@ $1::tsquery
        AND (${SEARCH_ORDER}, file_id) > ($2::bigint * ${2 ** SEARCH_HASH_BITS} + $3::int, $4)
      ORDER BY ${SEARCH_ORDER}, file_id LIMIT $5`,
    [tsquery(terms), newest, hash, fileId, limit],
  );
}

/** Files that parts of a query are ids of, with the words of the other parts. */
async function filesByKeys(sql: Sql, query: SearchQuery, readSound: ReadSound): Promise<FileRow[]> {
  const found: FileRow[] = [];
  for (const { row, keys } of await filesOfKeys(sql, keysOf(query).filter(isStorable), readSound)) {
    const terms = remainingTerms(query, keys);
    const isFound = terms.length === 0 || (await sql`
      SELECT FROM files WHERE file_id = ${row.file_id} AND words @@ ${tsquery(terms)}::tsquery`).length > 0;
    if (isFound) found.push(row);
  }
  return found;
}

/** The files of ids, and those that have segments of internal subjects. */
async function filesOfKeys(
  sql: Sql,
  keys: string[],
  readSound: ReadSound,
): Promise<{ row: FileRow; keys: Set<string> }[]> {
  if (keys.length === 0) return [];
  const keysOfFile = new Map(keys.map((key) => [key, new Set([key])]));
  for (const key of keys) {
    for (const fileId of await filesOfInternalSubject(sql, key, readSound)) {
      keysOfFile.set(fileId, (keysOfFile.get(fileId) ?? new Set()).add(key));
    }
  }
  const rows = await sql<FileRow[]>`
    SELECT ${sql.unsafe(FILE_COLUMNS)} FROM files WHERE file_id = ANY(${[...keysOfFile.keys()]})`;
  return rows.map((row) => ({ row, keys: keysOfFile.get(row.file_id)! }));
}

/** Words are letters and digits alone. */
function tsquery(terms: SearchTerm[]): string {
  return terms.map(({ word, prefix }) => `'${word}'${prefix ? ":*" : ""}`).join(" & ");
}
