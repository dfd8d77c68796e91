import { UsyncError } from "../domain/errors.ts";
import type { Note } from "../formats/note.ts";
import { openBytes } from "../formats/open_bytes.ts";
import { UnchangedDatabase } from "../formats/unchanged_database.ts";
import { finishUsenetSync, usenetsyncRanges } from "../formats/usenetsync_reader.ts";
import type { RoutedBatch } from "../store/packed_batch.ts";
import { addCounts, noCounts } from "../store/put_counts.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import { BatchChannel } from "./batch_channel.ts";
import type { Input } from "./find_inputs.ts";
import { HeldInput } from "./held_input.ts";
import { bytesOf, type ImportEstimate } from "./import_estimate.ts";
import { failureOf, readNzbStream } from "./job_reader.ts";
import { LineSource } from "./line_source.ts";
import type { InputEnd, NzbInput, ReadFailure, ReadJob, ReadRound } from "./read_job.ts";
import { READERS, readInOrder, readSideBySide } from "./readers.ts";
import { Spool } from "./spool.ts";

/** Something of an input that was not stored (`bad`) or is worth telling. */
export interface InputNote extends Note {
  path: string;
  /** What the user can do about it. */
  hint?: string;
}

/** What an import did. */
export interface ImportReport extends PutCounts {
  /** Inputs that were not refused. */
  inputs: number;
  notes: InputNote[];
  /** Notes beyond those listed. */
  more_notes: number;
}

/** What an import may be given besides its inputs. */
export interface ImportOptions {
  /** Standard input, for the input whose path is "-". */
  stdin?: ReadableStream<Uint8Array> | Spool;
  onProgress?: OnProgress;
  /** Told what was read of the inputs. */
  estimate?: ImportEstimate;
}

/** Notes that a report lists; an input with a million bad lines must not fill the memory. */
const MAX_NOTES = 1000;
/** Bytes of NZBs, and how many of them, that one thread reads as one job. */
const JOB_BYTES = 4 * 2 ** 20, JOB_INPUTS = 200;
/** Inputs that are looked at together. */
const MAX_GROUP = 10_000;

/**
 * Imports inputs into a load: threads read and pack them side by side, this one only directs. An NZB or a database is stored as a
 * whole or not at all; of NDJSON, every line is for itself, and of several with one id the last counts.
 */
export class InputImport {
  readonly report: ImportReport = { inputs: 0, ...noCounts(), notes: [], more_notes: 0 };
  readonly #load: BulkLoad;
  readonly #scratch: string;
  readonly #options: ImportOptions;
  readonly #done = { files: 0, segments: 0 };

  /** `scratch`: the folder for what must wait, and for copies of databases that cannot be read in their place. */
  constructor(load: BulkLoad, scratch: string, options: ImportOptions = {}) {
    this.#load = load;
    this.#scratch = scratch;
    this.#options = options;
  }

  /** Whether anything was not stored. */
  get hasBad(): boolean {
    return this.report.notes.some(({ bad }) => bad);
  }

  note(note: InputNote): void {
    const { notes } = this.report;
    if (notes.length < MAX_NOTES) notes.push(note);
    else this.report.more_notes++;
    if (note.bad && notes.length === MAX_NOTES && !this.hasBad) notes[MAX_NOTES - 1] = note;
  }

  /** Notes that an input was not stored. */
  refuse(path: string, error: UsyncError): void {
    this.#refuse(path, failureOf(error));
  }

  #refuse(path: string, failure: ReadFailure): void {
    this.note({ path, ...failure, bad: true });
  }

  /** Imports all inputs. Errors of the store are thrown, those of the inputs are noted. */
  async run(inputs: Iterable<Input>): Promise<void> {
    let group: Input[] = [];
    for (const input of inputs) {
      if (group.length > 0 && (group[0].format.kind !== input.format.kind || input.path === "-")) {
        await this.#runGroup(group);
        group = [];
      }
      group.push(input);
      if (input.path !== "-" && group.length < MAX_GROUP) continue;
      await this.#runGroup(group);
      group = [];
    }
    if (group.length > 0) await this.#runGroup(group);
  }

  async #runGroup(group: Input[]): Promise<void> {
    const [{ format: { kind } }] = group;
    if (kind === "ndjson") await this.#importLines(group);
    else if (kind === "usenetsync") { for (const input of group) await this.#importDatabase(input); }
    else if (group[0].path === "-") await this.#importNzbStream(group[0]);
    else await this.#importNzbs(group);
  }

  /** Stores batches as they come from several senders. */
  async #storing(send: (send: (batches: RoutedBatch[]) => Promise<void>) => Promise<void>): Promise<PutCounts> {
    const channel = new BatchChannel(), stored = this.#load.putBatches(channel.batches());
    stored.catch((error) => channel.fail(error));
    try {
      await send((batches) => channel.send(batches));
    } finally {
      channel.end();
      await stored.then((counts) => addCounts(this.report, counts), () => {}); // its error is thrown below, or was by `send`
    }
    return await stored;
  }

  #progress({ files, segments }: { files: number; segments: number }): void {
    this.#done.files += files;
    this.#done.segments += segments;
    this.#options.onProgress?.(this.#done);
  }

  /** Takes the notes of an input that has ended. `firstLine`: lines of it that were read before. */
  #end(path: string, { notes, moreNotes, failure }: InputEnd, linesBefore = 0): void {
    for (const note of notes) {
      this.note({ path, ...note, ...(note.line !== undefined && { line: note.line + linesBefore }) });
    }
    this.report.more_notes += moreNotes;
    if (failure) this.#refuse(path, failure);
  }

  async #importNzbs(inputs: Input[]): Promise<void> {
    const ends = new OrderedEnds((i, end) => {
      if (!end.failure) this.report.inputs++;
      this.#end(inputs[i].path, end);
    });
    const held = new Map<number, HeldInput>();
    try {
      await this.#storing((send) =>
        readSideBySide(this.#nzbJobs(inputs), async (round, job) => {
          this.#progress(round);
          if (round.part === undefined) await send(round.batches);
          else await this.#hold(held, job.first + round.part, round);
          for (const end of round.ends) {
            const i = job.first + end.input;
            this.#options.estimate?.add(inputs[i], bytesOf(inputs[i]), end.segments);
            ends.add(i, end);
          }
        })
      );
    } finally {
      for (const input of held.values()) input.close();
    }
  }

  /** Keeps a part of an input until it has ended, and stores all of it when it has ended well. */
  async #hold(all: Map<number, HeldInput>, i: number, round: ReadRound): Promise<void> {
    if (round.isAgain) {
      all.get(i)?.close();
      all.delete(i);
    }
    let input = all.get(i);
    if (!input) all.set(i, input = new HeldInput(this.#scratch));
    input.add(round.batches);
    const [end] = round.ends;
    if (!end) return;
    try {
      if (!end.failure) addCounts(this.report, await input.store(this.#load));
    } finally {
      input.close();
      all.delete(i);
    }
  }

  *#nzbJobs(inputs: Input[]): Generator<ReadJob & { kind: "nzbs"; first: number }> {
    let first = 0, bytes = 0, job: NzbInput[] = [];
    for (const [i, input] of inputs.entries()) {
      job.push({ path: input.path, name: input.name, gzip: input.format.gzip });
      bytes += bytesOf(input);
      if (bytes < JOB_BYTES && job.length < JOB_INPUTS && i < inputs.length - 1) continue;
      yield { kind: "nzbs", inputs: job, shards: this.#load.shards, first };
      [first, bytes, job] = [i + 1, 0, []];
    }
  }

  /** An NZB from standard input, which is put aside: it may have to be read twice. */
  async #importNzbStream({ path, name = "", format: { gzip } }: Input): Promise<void> {
    const held = new Map<number, HeldInput>(), { stdin = ReadableStream.from([]) } = this.#options;
    const spool = stdin instanceof Spool ? stdin : await Spool.fill(this.#scratch, stdin);
    try {
      for await (const round of readNzbStream(() => openBytes(spool.stream(), gzip), this.#load.shards, name)) {
        this.#progress(round);
        await this.#hold(held, 0, round);
        for (const end of round.ends) {
          if (!end.failure) this.report.inputs++;
          this.#end(path, end);
        }
      }
    } finally {
      for (const input of held.values()) input.close();
      if (spool !== stdin) spool[Symbol.dispose]();
    }
  }

  get #stdin(): ReadableStream<Uint8Array> {
    const { stdin = ReadableStream.from([]) } = this.#options;
    return stdin instanceof Spool ? stdin.stream() : stdin;
  }

  /** NDJSON, one input after the other: of two lines with one id the later one counts. */
  async #importLines(inputs: Input[]): Promise<void> {
    const sources = inputs.map((input) => new LineSource(input, this.#stdin));
    const jobs: { source: LineSource; bytes: number }[] = [];
    const pieces = async function* (shards: () => number): AsyncGenerator<ReadJob> {
      for (const source of sources) {
        for await (const lines of source.pieces()) {
          jobs.push({ source, bytes: lines.length });
          yield { kind: "ndjson", lines, isStart: source.isStart(), shards: shards() };
        }
      }
    };
    await this.#storing(async (send) => {
      for await (const round of readInOrder(pieces(() => this.#load.shards))) {
        const { source, bytes } = jobs.shift()!, [end] = round.ends;
        this.#progress(round);
        this.#end(source.path, end, source.lines);
        source.read(round.files, end.lines!);
        if (!source.input.format.gzip) this.#options.estimate?.add(source.input, bytes, round.segments);
        await send(round.batches);
      }
    });
    for (const source of sources) {
      if (!source.failure || source.files > 0) this.report.inputs++;
      if (source.failure) this.#refuse(source.path, source.failure);
    }
  }

  async #importDatabase({ path }: Input): Promise<void> {
    const held = new HeldInput(this.#scratch);
    try {
      const failure = await this.#holdDatabase(path, held);
      if (failure) return this.#refuse(path, failure);
      addCounts(this.report, await held.store(this.#load));
      this.report.inputs++;
    } finally {
      held.close();
    }
  }

  /** Reads all of a database; gives why that is not possible. */
  async #holdDatabase(path: string, held: HeldInput): Promise<ReadFailure | undefined> {
    let source: UnchangedDatabase | undefined;
    try {
      source = new UnchangedDatabase(path, this.#scratch);
      const failure = await this.#readDatabase(source, path, held);
      if (!failure) finishUsenetSync(source, (note) => this.note({ path, ...note }));
      return failure;
    } catch (error) {
      return failureOf(error);
    } finally {
      source?.close();
    }
  }

  /** Reads all parts of a database; gives why that is not possible. */
  async #readDatabase(source: UnchangedDatabase, path: string, held: HeldInput): Promise<ReadFailure | undefined> {
    let failure: ReadFailure | undefined;
    const ranges = usenetsyncRanges(source.path, READERS), ends: InputEnd[] = [];
    const jobs = ranges.map((range, i): ReadJob & { i: number } => ({
      ...{ kind: "usenetsync", path: source.path, range, shards: this.#load.shards, i },
    }));
    await readSideBySide(jobs, (round, { i }) => {
      this.#progress(round);
      held.add(round.batches);
      for (const end of round.ends) {
        ends[i] = end;
        failure ??= end.failure;
      }
      return Promise.resolve();
    });
    if (!failure) { for (const end of ends) this.#end(path, end); }
    return failure;
  }
}

/** Gives the ends of inputs in the order of the inputs, whatever the order they come in. */
class OrderedEnds {
  readonly #give: (i: number, end: InputEnd) => void;
  readonly #waiting = new Map<number, InputEnd>();
  #next = 0;

  constructor(give: (i: number, end: InputEnd) => void) {
    this.#give = give;
  }

  add(i: number, end: InputEnd): void {
    this.#waiting.set(i, end);
    for (let end; (end = this.#waiting.get(this.#next)); this.#next++) {
      this.#waiting.delete(this.#next);
      this.#give(this.#next, end);
    }
  }
}
