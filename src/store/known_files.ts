import type { Halves } from "./placement.ts";

/** Numbers of an entry: the two halves of the hash of a `file_id`, and of the file's digest. */
const ENTRY = 4;
/** How much of the table is used at most: a search stays short. */
const LOAD = 0.7;

/** The memory of `KnownFiles`, which threads share. */
export interface KnownFilesMemory {
  entries: SharedArrayBuffer;
  states: SharedArrayBuffer;
}

const FREE = 0, KNOWN = 1, SEEN = 2;

/**
 * The digests of files that somebody has already, by the hash that places them (see `placementHash`), in memory that threads
 * share: 24 bytes a file. Two files of one hash are never taken for known.
 */
export class KnownFiles {
  readonly memory: KnownFilesMemory;
  readonly #entries: Uint32Array;
  readonly #states: Uint8Array;

  private constructor(memory: KnownFilesMemory) {
    this.memory = memory;
    this.#entries = new Uint32Array(memory.entries);
    this.#states = new Uint8Array(memory.states);
  }

  /** Makes room for so many files. */
  static withRoom(files: number): KnownFiles {
    const slots = Math.ceil(files / LOAD) + 1;
    return new KnownFiles({
      entries: new SharedArrayBuffer(slots * ENTRY * Uint32Array.BYTES_PER_ELEMENT),
      states: new SharedArrayBuffer(slots),
    });
  }

  /** The same files in another thread. */
  static of(memory: KnownFilesMemory): KnownFiles {
    return new KnownFiles(memory);
  }

  /** Adds a file; of two with one hash, none counts as known. */
  add(hash: Halves, digest: Halves): void {
    const slot = this.#slotOf(hash), at = slot * ENTRY;
    if (this.#states[slot] !== FREE) digest = { high: 0, low: 0 };
    this.#states[slot] = KNOWN;
    this.#entries.set([hash.high, hash.low, digest.high, digest.low], at);
  }

  /** Whether a file is known just as it is; it is then seen. */
  see(hash: Halves, digest: Halves): boolean {
    const slot = this.#slotOf(hash), at = slot * ENTRY;
    if (this.#states[slot] === FREE) return false;
    if (this.#entries[at + 2] !== digest.high || this.#entries[at + 3] !== digest.low) return false;
    this.#states[slot] = SEEN;
    return true;
  }

  /** Sees a file whatever it is now; false when it is not known at all. */
  keep(hash: Halves): boolean {
    const slot = this.#slotOf(hash);
    if (this.#states[slot] === FREE) return false;
    this.#states[slot] = SEEN;
    return true;
  }

  /** Whether a file was seen. */
  isSeen(hash: Halves): boolean {
    return this.#states[this.#slotOf(hash)] === SEEN;
  }

  /** The slot of a hash, or the free one where it would be. */
  #slotOf({ high, low }: Halves): number {
    const slots = this.#states.length;
    let slot = Math.floor(low / 2 ** 32 * slots);
    while (
      this.#states[slot] !== FREE && (this.#entries[slot * ENTRY] !== high || this.#entries[slot * ENTRY + 1] !== low)
    ) {
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    return slot;
  }
}
