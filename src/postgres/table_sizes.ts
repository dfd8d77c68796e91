import type { Totals } from "../store/store.ts";
import type { Sql } from "./connection.ts";

/** Rows that are no more and that slow queries; the server itself removes them at a fifth of the table. */
const MANY_DEAD = 10_000;

/** How much there is. */
export async function readTotals(sql: Sql): Promise<Totals> {
  const [row] = await sql<Totals[]>`
    SELECT sum(files)::float8 AS files, sum(segments)::float8 AS segments, sum(posted)::float8 AS posted,
      sum(pending)::float8 AS pending, sum(content_bytes)::float8 AS content_bytes,
      (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')::float8 AS database_bytes
    FROM totals`;
  return { ...row };
}

/** The rows that were replaced or deleted, in words, where there are so many that `optimize` is due. */
export async function rowsToVacuum(sql: Sql): Promise<string | null> {
  const [{ dead, live }] = await sql<{ dead: number; live: number }[]>`
    SELECT coalesce(max(n_dead_tup), 0)::float8 AS dead, coalesce(max(n_live_tup), 0)::float8 AS live
    FROM pg_stat_user_tables WHERE schemaname = current_schema() AND relname IN ('files', 'blocks', 'message_ids')
      AND n_dead_tup > greatest(${MANY_DEAD}, n_live_tup * 0.3)`;
  return dead === 0 ? null : `${dead} rows that were replaced or deleted lie between ${live} that are there`;
}
