import type { DatabaseFormat, DatabaseSource } from "../formats/format.ts";
import { addCounts } from "../store/put_counts.ts";
import { HeldInput } from "./held_input.ts";
import type { ImportContext } from "./import_context.ts";
import { failureOf } from "./input_notes.ts";
import type { InputEnd, InputToRead, ReadFailure, ReadJob } from "./read_job.ts";
import { READERS, readSideBySide } from "./readers.ts";

/** Imports a database, as a whole or not at all. */
export async function importDatabase(
  context: ImportContext,
  input: InputToRead,
  format: DatabaseFormat,
): Promise<void> {
  const { load, scratch, results } = context, held = new HeldInput(scratch);
  try {
    const failure = await holdDatabase(context, input, format, held);
    if (failure) return results.refuse(input.name, failure);
    addCounts(results.report, await held.store(load));
    results.storing(held.firstFile);
    results.store(input.name);
  } finally {
    held.close();
  }
}

/** Reads all of a database; gives why that is not possible. */
async function holdDatabase(
  context: ImportContext,
  { path, name }: InputToRead,
  format: DatabaseFormat,
  held: HeldInput,
): Promise<ReadFailure | undefined> {
  let source: DatabaseSource | undefined;
  context.options.estimate?.begin(name);
  try {
    source = format.open(path, context.scratch);
    const { failure, ends } = await readParts(context, source, format, held);
    if (failure) return failure;
    for (const end of ends) context.results.addNotes(end, name);
    format.finish(source, (note) => context.results.note({ path: name, ...note }));
  } catch (error) {
    return failureOf(error);
  } finally {
    source?.close();
  }
}

async function readParts(context: ImportContext, source: DatabaseSource, format: DatabaseFormat, held: HeldInput) {
  const parts = format.divide(source, READERS), ends: InputEnd[] = [], { shards } = context.load;
  let failure: ReadFailure | undefined;
  const jobs = parts.map((part, i): ReadJob & { i: number } => ({
    ...{ kind: "database", format: format.name, path: source.path, part, shards, i },
  }));
  await readSideBySide(jobs, (round, { i }) => {
    context.progress(round);
    held.add(round.batches);
    for (const end of round.ends) {
      ends[i] = end;
      failure ??= end.failure;
    }
    return Promise.resolve();
  });
  return { failure, ends };
}
