import { parseHeadText } from "../domain/file_fields.ts";
import type { Folder, FolderSummary } from "../domain/records.ts";
import type { Sql } from "./connection.ts";
import { beforeNul } from "./file_rows.ts";

type Row = { head: string } & Omit<FolderSummary, keyof Folder>;

/** Folders after one, with sums over their files; of its name the least head tells. */
export async function foldersAfter(sql: Sql, after: string, limit: number): Promise<FolderSummary[]> {
  const rows = await sql<Row[]>`
    SELECT min(head) AS head, count(*)::float8 AS file_count, sum(size)::float8 AS size,
      sum(segments)::float8 AS segment_count, sum(posted)::float8 AS posted_count, sum(pending)::float8 AS pending_count
    FROM files WHERE folder_id > ${beforeNul(after)} GROUP BY folder_id ORDER BY folder_id LIMIT ${limit}`;
  return rows.map(({ head, ...sums }) => ({ ...parseHeadText(head).folder!, ...sums }));
}
