import { fileURLToPath } from "node:url";
import { python } from "../peers.ts";
import { run } from "../run.ts";
import type { BenchContext, Peer, RowName } from "./bench_context.ts";

const NZB_TO_SQLITE = fileURLToPath(new URL("../peers/nzb_to_sqlite.py", import.meta.url));

export interface ImportOptions {
  peers?: Peer[];
  /** Into one file that does not grow by itself. */
  oneFile?: boolean;
}

/** `import` of an input into a new store, with the move that may be due after it. Gives the data folder of the last turn. */
export async function measureImport(
  context: BenchContext,
  name: RowName,
  input: string,
  { peers, oneFile = false }: ImportOptions = {},
): Promise<string> {
  let data = "";
  const importInput = async () => {
    data = await context.fresh("data");
    if (oneFile) await context.keepOneFile(data);
    return await context.program.run(data, "import", input);
  };
  await context.measure(name, importInput, () => context.stored(data, name.unit), peers);
  return data;
}

export async function nzbs(context: BenchContext): Promise<void> {
  const amount = context.part(1), input = await context.inputs.nzbs(100, amount);
  await nzbRoad(context, { road: "nzb", what: "import of 100 NZBs", unit: "segments", amount }, input);
}

export async function oneNzb(context: BenchContext): Promise<void> {
  const amount = context.part(0.75), input = await context.inputs.nzb(amount);
  await nzbRoad(context, { road: "one-nzb", what: "import of one NZB", unit: "segments", amount }, input);
}

async function nzbRoad(context: BenchContext, name: RowName, input: string): Promise<void> {
  const expat: Peer = {
    name: "Python's expat and sqlite3, two indexes",
    needs: { python3: ["python3", "--version"] },
    run: async () => run([await python(), NZB_TO_SQLITE, await context.fresh("peer.sqlite"), input]),
  };
  const data = await measureImport(context, name, input, { peers: [expat] });
  await context.addBytes(name.road, data);
  await context.addQueries(name.road, data);
}

export async function usenetSync(context: BenchContext): Promise<void> {
  const amount = context.part(1), input = await context.inputs.usenetSync(amount, "usual");
  const name: RowName = { road: "usenetsync", what: "import of a UsenetSync database", unit: "segments", amount };
  const shell: Peer = {
    name: "sqlite3 shell, CREATE … AS SELECT, two indexes",
    needs: { sqlite3: ["sqlite3", "--version"] },
    run: async () => {
      return await run(["sqlite3", await context.fresh("peer.sqlite")], { stdin: copyScript(input) });
    },
  };
  const data = await measureImport(context, name, input, { peers: [shell] });
  const there = (await Deno.stat(input)).size / amount;
  await context.addBytes(name.road, data, { name: "UsenetSync's database", values: [there] });
  await context.addQueries(name.road, data);
}

/** The script for the shell: all that is read of the source, into one database with indexes. */
function copyScript(source: string): string {
  const tables = ["folders", "files", "segments"].map((table) =>
    `CREATE TABLE ${table} AS SELECT * FROM source.${table};`
  );
  return `PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
ATTACH '${source.replaceAll("'", "''")}' AS source;
BEGIN; ${tables.join(" ")} COMMIT;
CREATE INDEX by_message_id ON segments (message_id); CREATE INDEX by_place ON segments (file_id, segment_index);
SELECT count(*) FROM segments;`;
}

export async function ndjson(context: BenchContext): Promise<void> {
  const amount = context.part(0.5), input = await context.inputs.ndjson(amount, "usual");
  const name: RowName = { road: "ndjson", what: "import of NDJSON", unit: "segments", amount };
  const data = await measureImport(context, name, input);
  await context.addBytes(name.road, data);
  await context.addQueries(name.road, data);
}
