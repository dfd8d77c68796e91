import type { BenchContext } from "./bench_context.ts";
import { measureImport } from "./import_roads.ts";

/** Files of one segment each: import into one file, then the move to shards, of two formats. */
export async function smallFiles(context: BenchContext): Promise<void> {
  const amount = context.part(0.15), road = "small-files", unit = "files";
  const inputs = [
    ["UsenetSync", await context.inputs.usenetSync(amount, "small-files")],
    ["NDJSON", await context.inputs.ndjson(amount, "small-files")],
  ];
  for (const [format, input] of inputs) {
    const what = `import of files of one segment, ${format}`;
    const data = await measureImport(context, { road, what, unit, amount }, input, { oneFile: true });
    await measureMove(context, data, amount, format);
    await context.addBytes(road, data);
    await context.addQueries(road, data);
  }
}

/** After each move but the last the store goes back, which is not measured. */
async function measureMove(context: BenchContext, data: string, amount: number, format: string): Promise<void> {
  const { program } = context;
  let isMoved = false;
  const move = async () => {
    if (isMoved) {
      await program.run(data, "migrate", "--back");
      await program.run(data, "migrate", "--discard-old");
    }
    isMoved = true;
    return await program.run(data, "migrate", "--to", "sharded");
  };
  const what = `move of these to ten shards, ${format}`;
  await context.measure(
    { road: "small-files", what, unit: "files", amount },
    move,
    () => context.stored(data, "files"),
  );
}
