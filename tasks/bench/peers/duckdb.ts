/** Runs statements in a DuckDB database and prints the first value of the last: `duckdb.ts DATABASE STATEMENT…` */

// A name that Deno does not see before it runs: as an import, everybody who starts the program would fetch its 140 MB.
const DUCKDB = "npm:@duckdb/node-api@1.5.6-r.1";
const { DuckDBInstance } = await import(DUCKDB);

const [database, ...statements] = Deno.args;
const connection = await (await DuckDBInstance.create(database)).connect();
let value: unknown;
for (const statement of statements) value = (await connection.runAndReadAll(statement)).getRows()[0]?.[0];
connection.closeSync();
console.log(String(value));
