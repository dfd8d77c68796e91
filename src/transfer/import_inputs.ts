import { InputError, type UsyncError } from "../domain/errors.ts";
import { identify, START_BYTES } from "../formats/identify.ts";
import { NDJSON } from "../formats/ndjson_format.ts";
import { INPUT_FORMATS } from "../formats/formats.ts";
import { readFile } from "../packings/read_file.ts";
import { spillBytes, unspill } from "../files/spill.ts";
import type { BulkLoad } from "../store/store.ts";
import { peek, type PeekedSource } from "./byte_source.ts";
import { type FindListener, type Input, namedInput } from "./find_inputs.ts";
import { ImportContext, type ImportOptions } from "./import_context.ts";
import { importDatabase } from "./import_database.ts";
import { importLines } from "./import_lines.ts";
import type { ImportReport } from "./import_report.ts";
import { importStreams } from "./import_streams.ts";
import { failureOf } from "./input_notes.ts";
import { LineSource } from "./line_source.ts";
import type { FoundInput, InputToRead, SplitRound } from "./read_job.ts";
import { readOne } from "./readers.ts";
import { splitLines } from "./split_lines.ts";

/** Inputs that are looked at together. */
const MAX_GROUP = 10_000;

/** How inputs are read; that of an input follows from its name, and another one when its bytes say so. */
type Road = "stream" | "lines" | "database" | "pipe";

/**
 * Imports inputs into a load: threads read and pack them side by side, this one only directs. An NZB or a database is stored as a
 * whole or not at all; of NDJSON, every line is for itself, and of several with one id the last counts.
 */
export class InputImport implements FindListener {
  readonly #context: ImportContext;
  /** The last input of an archive that is read: one at a time. */
  #lastFound: Promise<void> = Promise.resolve();

  /** `scratch`: the folder for what must wait, and for copies of databases that cannot be read in their place. */
  constructor(load: BulkLoad, scratch: string, options: ImportOptions = {}) {
    this.#context = new ImportContext(load, scratch, options);
  }

  get report(): ImportReport {
    return this.#context.report;
  }

  /** Notes that an input was not stored. */
  refuse(path: string, error: UsyncError): void {
    this.#context.results.refuse(path, error);
  }

  /** Notes that a file is no input. */
  passOver(path: string): void {
    this.#context.results.passOver(path);
  }

  /** Imports all inputs. Errors of the store are thrown, those of the inputs are noted. */
  async run(inputs: Iterable<Input>): Promise<void> {
    let group: Input[] = [];
    for (const input of inputs) {
      if (group.length > 0 && (roadOf(group[0]) !== roadOf(input) || group.length === MAX_GROUP)) {
        await this.#runGroup(group);
        group = [];
      }
      group.push(input);
    }
    if (group.length > 0) await this.#runGroup(group);
  }

  async #runGroup(group: Input[]): Promise<void> {
    const road = roadOf(group[0]);
    if (road === "stream") await this.#importStreams(group);
    else if (road === "lines") await this.#importLines(group);
    else for (const input of group) await (road === "pipe" ? this.#importPipe(input) : this.#importDatabase(input));
  }

  /** Imports whatever inputs turn out to be; what another road must read comes after them, in their order. */
  async #importStreams(inputs: Input[]): Promise<void> {
    const later: FoundInput[] = [];
    await importStreams(this.#context, inputs, async (found) => {
      if (found.isTemporary) await this.#importCopy(found);
      else later.push(found);
    });
    const order = new Map(inputs.map(({ path }, i) => [path, i]));
    for (const found of later.sort((a, b) => order.get(a.path)! - order.get(b.path)!)) await this.#importFound(found);
  }

  /** Imports what an archive holds, of which there is a copy. */
  #importCopy(found: FoundInput): Promise<void> {
    const isDone = this.#lastFound.then(() => this.#importFound(found)).finally(() => unspill(found.path));
    this.#lastFound = isDone.catch(() => {});
    return isDone;
  }

  async #importFound({ path, name, format: formatName }: FoundInput): Promise<void> {
    const format = INPUT_FORMATS.find(({ name }) => name === formatName)!;
    if (format.reading === "database") return await importDatabase(this.#context, { path, name }, format);
    const input: Input = { path, name, hint: { format, isPacked: false, isInexact: false }, isPipe: false };
    await importLines(this.#context, [this.#linesOf(input)]);
  }

  #linesOf(input: Input): LineSource {
    const { path, name, isFound } = input, { scratch } = this.#context;
    return new LineSource(input, () => readOne({ kind: "split", input: { path, name, isFound }, scratch }));
  }

  async #importLines(inputs: Input[]): Promise<void> {
    const sources = inputs.map((input) => this.#linesOf(input));
    await importLines(this.#context, sources);
    const others = sources.filter(({ isOther }) => isOther).map(({ input }) => input);
    if (others.length > 0) await this.#importStreams(others);
  }

  async #importDatabase(input: Input): Promise<void> {
    const identity = await this.#identify(input);
    if (identity?.is === "input" && identity.format.reading === "database") {
      await importDatabase(this.#context, input, identity.format);
    } else if (identity) await this.#importStreams([input]);
  }

  /** What a file is; refuses one that cannot be read. */
  async #identify({ path, name, hint }: Input) {
    let source: PeekedSource | undefined;
    try {
      source = await peek({ open: () => readFile(path) }, START_BYTES);
      return identify(source.start, hint.format);
    } catch (error) {
      this.#context.results.refuse(name, failureOf(error));
    } finally {
      await source?.close();
    }
  }

  /** Imports what can be read only once: lines as they come, all else when it is whole. */
  async #importPipe(input: Input): Promise<void> {
    const { scratch, options: { stdin = ReadableStream.from([]) }, results } = this.#context, { path, name } = input;
    let source: PeekedSource;
    try {
      source = await peek({ open: () => path === "-" ? stdin : readFile(path) }, START_BYTES);
    } catch (error) {
      return results.refuse(name, failureOf(error));
    }
    const identity = identify(source.start, input.hint.format ?? (source.start.length === 0 ? NDJSON : undefined));
    if (identity.is === "other") {
      await source.close();
      return results.refuse(name, new InputError(identity.why));
    }
    if (identity.is === "input" && identity.format.reading === "lines") {
      const { format: { name: format } } = identity;
      const rounds = async function* (): AsyncGenerator<SplitRound> {
        yield { format };
        yield* splitLines(source.start, source.open());
      };
      return await importLines(this.#context, [new LineSource(input, rounds)]);
    }
    await this.#importAside(input, scratch, source);
  }

  async #importAside({ name }: InputToRead, scratch: string, source: PeekedSource): Promise<void> {
    let path: string;
    try {
      path = await spillBytes(scratch, source.open());
    } catch (error) {
      return this.#context.results.refuse(name, failureOf(error));
    }
    try {
      await this.run([namedInput(path, name)]);
    } finally {
      unspill(path);
    }
  }
}

function roadOf({ isPipe, hint: { format, isPacked, isInexact } }: Input): Road {
  if (isPipe) return "pipe";
  if (!format || isInexact) return "stream";
  return format.reading === "database" && isPacked ? "stream" : format.reading;
}
