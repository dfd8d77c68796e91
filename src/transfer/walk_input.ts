import { InputError, UsyncError } from "../domain/errors.ts";
import { identify, START_BYTES } from "../formats/identify.ts";
import type { InputFormat } from "../formats/format.ts";
import { nameHint } from "../formats/formats.ts";
import type { Packing } from "../packings/packing.ts";
import { readFile } from "../packings/read_file.ts";
import { MAX_DEPTH, UnpackBudget } from "../packings/unpack_budget.ts";
import { XZ } from "../packings/xz.ts";
import { sizeOf } from "../files/read.ts";
import { spillBytes, unspill } from "../files/spill.ts";
import { type ByteSource, peek, type PeekedSource } from "./byte_source.ts";
import { isHidden } from "./is_hidden.ts";
import type { InputToRead } from "./read_job.ts";

/** How many times its size something packed is taken to be before it is unpacked. */
const USUAL_RATIO = 8;

/** Something that a walk through an input meets. */
export type Met =
  & {
    /** The input's name; of what is in an archive, with its path there behind it. */
    name: string;
    /** Whether it is in an archive. */
    isEntry: boolean;
  }
  & (
    /** An input, to be read before the walk goes on. `file`: where it lies as it is. */
    | { is: "input"; format: InputFormat; source: PeekedSource; size: number; file?: string }
    /** No input, or one that cannot be read. `isPassedOver`: it does not call itself one, and was not named. */
    | { is: "none"; why?: UsyncError; isPassedOver: boolean }
    /** The end of an archive that had inputs. */
    | { is: "archive" }
  );

/** Something to look at. */
interface Visit {
  name: string;
  source: ByteSource;
  /** Bytes, about. */
  size: number;
  /** The file that it is, as it is. */
  file?: string;
  isEntry: boolean;
  /** Whether it was found in a folder or an archive, instead of named by the user. */
  isFound: boolean;
  /** What was unpacked to get here. */
  layers: (Packing | "zip")[];
}

/**
 * What there is in an input: itself, or what it holds when it is packed or an archive, which the first bytes of each tell.
 * `scratch`: a folder for an archive that is packed itself.
 */
export async function* walkInput({ path, name, isFound }: InputToRead, scratch: string): AsyncGenerator<Met> {
  const size = sizeOf(path), walk = new Walk(new UnpackBudget(size), scratch);
  const source = { open: () => readFile(path) };
  yield* walk.visit({ name, source, size, file: path, isEntry: false, isFound: isFound ?? false, layers: [] });
}

class Walk {
  readonly #budget: UnpackBudget;
  readonly #scratch: string;

  constructor(budget: UnpackBudget, scratch: string) {
    this.#budget = budget;
    this.#scratch = scratch;
  }

  async *visit(visit: Visit): AsyncGenerator<Met> {
    const { name, isEntry, isFound, size, file } = visit, hint = nameHint(name);
    const none = (why: UsyncError): Met => ({
      ...{ is: "none", name, isEntry, why, isPassedOver: isFound && (hint.isInexact || !hint.format) },
    });
    let source: PeekedSource;
    try {
      source = await peek(visit.source, START_BYTES);
    } catch (error) {
      if (!(error instanceof UsyncError)) throw error;
      yield none(error);
      return;
    }
    try {
      const identity = identify(source.start, hint.format);
      if (identity.is === "other") yield none(new InputError(identity.why));
      else if (identity.is === "input") {
        // A backup of lines or of a database is older than what lies beside it; an NZB is the same however often it is read.
        const isStale = isFound && hint.isInexact && identity.format.reading !== "stream";
        if (isStale) yield none(new InputError(`this is ${identity.format.name} under a name of something else`));
        else yield { is: "input", name, isEntry, format: identity.format, source, size, file };
      } else if (visit.layers.length >= MAX_DEPTH) {
        yield none(new InputError(`packed more than ${MAX_DEPTH} times over: unpack it and import what is in it`));
      } else if (identity.is === "archive") yield* this.#visitZip(visit, source, none);
      else yield* this.#unpack(visit, source, identity.packing, none);
    } finally {
      await source.close();
    }
  }

  async *#unpack(
    visit: Visit,
    source: ByteSource,
    packing: Packing,
    none: (why: UsyncError) => Met,
  ): AsyncGenerator<Met> {
    if (packing === XZ && visit.layers.includes(XZ)) { // its decoder has one state
      yield none(new InputError("xz inside of xz: unpack it and import what is in it"));
      return;
    }
    const unpacked = { open: () => this.#budget.count(packing.unpack(source.open())) };
    const layers = [...visit.layers, packing];
    yield* this.visit({ ...visit, source: unpacked, size: USUAL_RATIO * visit.size, file: undefined, layers });
  }

  async *#visitZip(visit: Visit, source: ByteSource, none: (why: UsyncError) => Met): AsyncGenerator<Met> {
    let copy: string | undefined, hasInputs = false;
    try {
      if (visit.file === undefined) copy = await spillBytes(this.#scratch, source.open());
      const { readZip } = await import("../packings/zip_archive.ts"); // as late as the decoders of the packings
      for await (const entry of readZip(visit.file ?? copy!)) {
        this.#budget.countEntry();
        const name = `${visit.name}/${entry.path}`, { format, isPacked } = nameHint(entry.path);
        if (isHidden(entry.path)) continue;
        if (!format && !isPacked) {
          yield { is: "none", name, isEntry: true, isPassedOver: true };
          continue;
        }
        const content = { open: () => this.#budget.count(entry.bytes()) };
        const layers = withoutStreams(visit.layers);
        for await (
          const met of this.visit({ name, source: content, size: entry.size, isEntry: true, isFound: true, layers })
        ) {
          hasInputs ||= met.is !== "none" || !met.isPassedOver;
          yield met;
        }
      }
      if (hasInputs) yield { is: "archive", name: visit.name, isEntry: visit.isEntry };
      else yield none(new InputError("there is nothing to import in it"));
    } catch (error) {
      if (!(error instanceof UsyncError)) throw error;
      yield { ...none(error), isPassedOver: false } as Met;
    } finally {
      if (copy !== undefined) unspill(copy);
    }
  }
}

/** Layers of an archive's entry: the archive is a file of its own by then, so that nothing is being unpacked around it. */
function withoutStreams(layers: Visit["layers"]): Visit["layers"] {
  return [...layers.map((): "zip" => "zip"), "zip"];
}
