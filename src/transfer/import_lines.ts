import type { ImportContext } from "./import_context.ts";
import type { LineSource } from "./line_source.ts";
import type { ReadJob } from "./read_job.ts";
import { readInOrder } from "./readers.ts";

/** Imports lines, one input after the other: of two lines with one id the later one counts. */
export async function importLines(context: ImportContext, sources: LineSource[]): Promise<void> {
  const { load, results, options: { estimate } } = context, jobs: { source: LineSource; bytes: number }[] = [];
  const pieces = async function* (): AsyncGenerator<ReadJob> {
    for (const source of sources) {
      for await (const lines of source.pieces()) {
        jobs.push({ source, bytes: lines.length });
        yield { kind: "lines", format: source.format, lines, isStart: source.isStart(), shards: load.shards };
      }
    }
  };
  await context.storing(async (send) => {
    for await (const round of readInOrder(pieces())) {
      const { source, bytes } = jobs.shift()!, { input: { name, hint } } = source, [end] = round.ends;
      context.progress(round);
      results.addNotes(end, name, source.lines);
      source.read(round.files, end.lines!);
      if (!hint.isPacked) estimate?.add(source.input, bytes, round.segments);
      await send(round.batches);
    }
  });
  for (const { input: { name }, failure, files, isOther } of sources) {
    if (failure && files === 0) results.refuse(name, failure);
    else if (!isOther) results.store(name);
    if (failure && files > 0) results.note({ path: name, ...failure, bad: true });
  }
}
