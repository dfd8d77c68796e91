import { formatNamed } from "../formats/formats.ts";
import { RoutingPacker } from "../store/routing_packer.ts";
import { failureOf, InputNotes } from "./input_notes.ts";
import { InputsReader, ROUND_BYTES } from "./read_inputs.ts";
import type { ReadFailure, ReadJob, ReadRound } from "./read_job.ts";

/** Reads a job. What is wrong with an input is in its end; everything else is thrown. */
export function readJob(job: ReadJob): AsyncGenerator<ReadRound> | Generator<ReadRound> {
  const packer = new RoutingPacker(job.shards, job.kind === "inputs");
  switch (job.kind) {
    case "inputs":
      return new InputsReader(packer, job.scratch).read(job.inputs);
    case "lines":
      return readLines(job, packer);
    case "database":
      return readDatabase(job, packer);
  }
}

/** Whole lines, or none for a line that is too long: one round. Each line is for itself. */
function* readLines(
  { format, lines, isStart }: ReadJob & { kind: "lines" },
  packer: RoutingPacker,
): Generator<ReadRound> {
  const notes = new InputNotes(), reader = formatNamed(format, "lines").open({ report: notes.report, isStart });
  for (const file of reader.readFiles(lines.length > 0 ? lines : undefined)) packer.add(file);
  yield { ...packer.take(), ends: [{ ...notes.end(0, "", packer.allSegments), lines: reader.lines }] };
}

/** Files of a database, in parts. */
function* readDatabase(
  { format, path, part }: ReadJob & { kind: "database" },
  packer: RoutingPacker,
): Generator<ReadRound> {
  const notes = new InputNotes();
  let failure: ReadFailure | undefined;
  try {
    for (const file of formatNamed(format, "database").readPart({ path, part, report: notes.report })) {
      packer.add(file);
      if (packer.size >= ROUND_BYTES) yield { ...packer.take(), part: 0, ends: [] };
    }
  } catch (error) {
    failure = failureOf(error);
  }
  yield { ...packer.take(), part: 0, ends: [notes.end(0, path, packer.allSegments, failure)] };
}
