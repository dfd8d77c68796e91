import { sizeOf } from "../files/read.ts";
import type { Input } from "./find_inputs.ts";

/** Inputs whose sizes are looked at before an import begins; what comes after is left out, and the estimate is low. */
const MAX_INPUTS = 10_000;

/** Bytes and segments of the inputs whose names say the same of them. */
interface KindProgress {
  bytes: number;
  bytesRead: number;
  segments: number;
}

/** Extrapolates how many segments an import will have stored in the end, from the inputs that were read so far. */
export class ImportEstimate {
  readonly #kinds = new Map<string, KindProgress>();
  #current: string | undefined;

  /** `inputs`: all that will be read. */
  constructor(inputs: Iterable<Input>) {
    let count = 0;
    for (const input of inputs) {
      if (count++ === MAX_INPUTS) break;
      this.#of(input).bytes += bytesOf(input);
    }
  }

  #of({ hint }: Input): KindProgress {
    const kind = `${hint.format?.name} ${hint.isPacked}`;
    let progress = this.#kinds.get(kind);
    if (!progress) this.#kinds.set(kind, progress = { bytes: 0, bytesRead: 0, segments: 0 });
    return progress;
  }

  /** The input of this name is read now. */
  begin(name: string): void {
    this.#current = name;
  }

  /** So many bytes of an input were read, with so many segments in them. */
  add(input: Input, bytes: number, segments: number): void {
    this.begin(input.name);
    const progress = this.#of(input);
    progress.bytesRead += bytes;
    progress.segments += segments;
  }

  /** The input that is read now, or one of them. */
  get currentName(): string | undefined {
    return this.#current;
  }

  /** How many segments there will be in the end, when so many come from what was read; undefined while nobody knows. */
  totalFor(segments: number): number | undefined {
    const kinds = [...this.#kinds.values()];
    const bytes = kinds.reduce((sum, kind) => sum + kind.bytes, 0);
    const bytesRead = kinds.reduce((sum, kind) => sum + Math.min(kind.bytes, kind.bytesRead), 0);
    return bytesRead === 0 ? undefined : Math.round(segments * bytes / bytesRead);
  }

  /** At least; kinds of which no input was read yet count nothing. */
  get expectedSegments(): number {
    const ends = [...this.#kinds.values()].map(({ bytes, bytesRead, segments }) =>
      bytesRead === 0 ? 0 : segments * Math.max(1, bytes / bytesRead)
    );
    return ends.reduce((sum, end) => sum + end, 0);
  }
}

/** Bytes of an input; 0 for what has no size, or is not there. */
export function bytesOf({ path }: Input): number {
  try {
    return path === "-" ? 0 : sizeOf(path);
  } catch {
    return 0; // whoever reads it tells
  }
}
