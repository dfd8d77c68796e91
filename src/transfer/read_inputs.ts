import type { ColumnFile } from "../blocks/segment_columns.ts";
import type { StreamTaker } from "../formats/format.ts";
import type { RoutingPacker } from "../store/routing_packer.ts";
import { spillBytes } from "../files/spill.ts";
import { emptyEnd, failureOf, InputNotes } from "./input_notes.ts";
import type { FoundInput, InputEnd, InputToRead, ReadFailure, ReadRound } from "./read_job.ts";
import { type Met, walkInput } from "./walk_input.ts";

/** Bytes of packed files that a job gives at a time, about. */
export const ROUND_BYTES = 4 * 2 ** 20;
/** Bytes of an input that does not share a round with those before it. */
const LARGE = 512 * 1024;

type MetInput = Extract<Met, { is: "input" }>;

/** Reads inputs one after the other. Small ones share a round; of one that is refused nothing stays in it. */
export class InputsReader {
  readonly #packer: RoutingPacker;
  readonly #scratch: string;
  #ends: InputEnd[] = [];

  /** `scratch`: a folder for what must lie in a file of its own to be read. */
  constructor(packer: RoutingPacker, scratch: string) {
    this.#packer = packer;
    this.#scratch = scratch;
  }

  async *read(inputs: InputToRead[]): AsyncGenerator<ReadRound> {
    for (const [i, input] of inputs.entries()) {
      for await (const met of walkInput(input, this.#scratch)) {
        if (met.is !== "input") this.#ends.push(endWithoutFiles(i, met));
        else if (met.format.reading === "stream") yield* this.#readStream(i, met);
        else yield await this.#find(i, input, met);
      }
    }
    yield this.#takeRound();
  }

  #takeRound(ofPart: Pick<ReadRound, "part" | "isAgain" | "found"> = {}): ReadRound {
    const round = { ...this.#packer.take(), ...ofPart, ends: this.#ends };
    this.#ends = [];
    return round;
  }

  async *#readStream(i: number, met: MetInput): AsyncGenerator<ReadRound> {
    const packer = this.#packer, { format, name, isEntry } = met;
    if (format.reading !== "stream") return;
    if (this.#ends.length > 0 && (packer.size >= ROUND_BYTES || met.size > LARGE)) yield this.#takeRound();
    let reading: StreamReading, failure: ReadFailure | undefined, isTooMuch: boolean;
    do {
      const isAlone = this.#ends.length === 0;
      reading = new StreamReading(packer);
      isTooMuch = false;
      try {
        for await (const _ of format.read(() => met.source.open(), reading, ownName(name))) {
          if (packer.size < ROUND_BYTES) continue;
          isTooMuch = !isAlone;
          if (isTooMuch) break;
          yield this.#takeRound(reading.nextPart(i));
        }
      } catch (error) {
        failure = failureOf(error);
      }
      if (isTooMuch || failure && !reading.isParted) reading.rollBack();
      if (isTooMuch) yield this.#takeRound(); // and again, alone
    } while (isTooMuch);
    this.#ends.push({ ...reading.end(i, name, failure), ...(isEntry && { isEntry }) });
    if (reading.isParted) yield this.#takeRound(reading.nextPart(i));
  }

  /** Leaves an input to another job; what that cannot unpack itself, or is in an archive, is put into a file for it. */
  async #find(i: number, input: InputToRead, { name, format, source, file, isEntry }: MetInput): Promise<ReadRound> {
    const own = file ?? (format.reading === "lines" && !isEntry ? input.path : undefined);
    let found: FoundInput | undefined, failure: ReadFailure | undefined;
    try {
      const path = own ?? await spillBytes(this.#scratch, source.open());
      found = { path, name, format: format.name, isTemporary: own === undefined };
    } catch (error) {
      failure = failureOf(error);
    }
    const end = failure ? { failure } : { isNone: "found" as const };
    this.#ends.push(emptyEnd(i, name, { ...end, ...(isEntry && { isEntry }) }));
    return this.#takeRound({ found });
  }
}

/** Pipes have no name of their own; what is in an archive has its path there at the end of its name. */
function ownName(name: string): string {
  return /^(-|\/dev\/fd\/\d+)$/.test(name) ? "" : name;
}

function endWithoutFiles(i: number, met: Exclude<Met, MetInput>): InputEnd {
  const isEntry = met.isEntry && { isEntry: true };
  if (met.is === "archive") return emptyEnd(i, met.name, { isNone: "archive", ...isEntry });
  if (met.isPassedOver || !met.why) return emptyEnd(i, met.name, { isNone: "passed over", ...isEntry });
  return emptyEnd(i, met.name, { failure: failureOf(met.why), ...isEntry });
}

/** Packs what is read of a stream, behind what the packer has of others or, once it is given in parts, alone. */
class StreamReading implements StreamTaker {
  isParted = false;
  /** Takes back all of it that is packed, while it is not parted. */
  readonly rollBack: () => void;
  readonly #packer: RoutingPacker;
  readonly #notes = new InputNotes();
  #segmentsBefore: number;
  #isAgain = false;

  constructor(packer: RoutingPacker) {
    this.#packer = packer;
    this.#segmentsBefore = packer.allSegments;
    this.rollBack = packer.mark();
  }

  readonly report = this.#notes.report;

  readonly take = (file: ColumnFile): void => this.#packer.add(file);

  readonly restart = (): void => {
    if (this.isParted) this.#packer.take();
    else this.rollBack();
    this.#isAgain = this.isParted;
    this.#segmentsBefore = this.#packer.allSegments;
    this.#notes.clear();
  };

  /** What is said of a round that has a part of it. */
  nextPart(part: number): { part: number; isAgain?: true } {
    const isAgain = this.#isAgain;
    this.#isAgain = false;
    this.isParted = true;
    return { part, ...(isAgain && { isAgain }) };
  }

  end(input: number, name: string, failure?: ReadFailure): InputEnd {
    return this.#notes.end(input, name, this.#packer.allSegments - this.#segmentsBefore, failure);
  }
}
