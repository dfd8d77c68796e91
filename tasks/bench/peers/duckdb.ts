/** DuckDB takes in a ready CSV and makes the index: `duckdb.ts CSV DATABASE`; prints how many rows it has. */
import { DuckDBInstance } from "@duckdb/node-api";
import { COLUMNS } from "../rows.ts";

const [csv, database] = Deno.args;
const connection = await (await DuckDBInstance.create(database)).connect();
await connection.run(`CREATE TABLE segments (id BIGINT, size BIGINT, "offset" BIGINT, hash TEXT, message_id TEXT,
  message_id_hash INTEGER, subject TEXT, grp TEXT, server TEXT, status INTEGER, uploaded_at TEXT)`);
await connection.run(
  `COPY segments (${COLUMNS.replace("offset", '"offset"')}) FROM '${csv.replaceAll("'", "''")}' (HEADER false)`,
);
await connection.run("CREATE INDEX by_message_id ON segments (message_id_hash)");
await connection.run("CHECKPOINT");
const [[count]] = (await connection.runAndReadAll("SELECT count(*) FROM segments")).getRows();
connection.closeSync();
console.log(String(count));
