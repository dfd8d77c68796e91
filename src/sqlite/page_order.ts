import { MAX_BLOCK_BYTES } from "../blocks/block_cut.ts";
import type { PackedFile } from "../store/packed_batch.ts";

/** Files that all have small blocks waste so little of a page that their order does not matter. */
const MIN_LARGE = MAX_BLOCK_BYTES / 8;
/** What may be lost of a page so that a file with several blocks comes on, whose first one needs a page that has begun. */
const MAX_LOST = MAX_BLOCK_BYTES / 8;

/**
 * The files of a batch in an order in which their blocks fill the pages of a shard, which are written one after the other:
 * the next file is one whose first block fits well into what is left of the page. Files of one id keep their order, for
 * the last one counts.
 */
export function pageOrder(files: PackedFile[]): PackedFile[] {
  if (files.length < 3 || !files.some(isLarge) || hasEqualIds(files)) return files;
  const several = new BySize(files.filter(({ blocks }) => blocks.length > 1));
  const single = new BySize(files.filter(({ blocks }) => blocks.length === 1));
  const ordered = files.filter(({ blocks }) => blocks.length === 0);
  for (let left = 0; ordered.length < files.length;) {
    const file = nextFile(several, single, left) ?? nextFile(several, single, MAX_BLOCK_BYTES) ??
      several.takeLargest(Infinity) ?? single.takeLargest(Infinity)!;
    for (const { data } of file.blocks) left = (data.length <= left ? left : MAX_BLOCK_BYTES) - data.length;
    ordered.push(file);
  }
  return ordered;
}

function nextFile(several: BySize, single: BySize, left: number): PackedFile | undefined {
  const best = Math.max(single.largest(left), left - MAX_LOST);
  return several.largest(left) >= best
    ? several.takeLargest(left)
    : single.takeLargest(left) ?? several.takeLargest(left);
}

function isLarge({ blocks }: PackedFile): boolean {
  return blocks.some(({ data }) => data.length > MIN_LARGE);
}

function hasEqualIds(files: PackedFile[]): boolean {
  return new Set(files.map(({ head }) => head.file_id)).size < files.length;
}

function firstBytes({ blocks }: PackedFile): number {
  return blocks[0].data.length;
}

/** Files by the bytes of their first blocks. */
class BySize {
  readonly #files: PackedFile[];

  constructor(files: PackedFile[]) {
    this.#files = files.sort((a, b) => firstBytes(a) - firstBytes(b));
  }

  /** The bytes of the largest first block of at most so many; -1: there is none. */
  largest(most: number): number {
    const count = this.#countUpTo(most);
    return count === 0 ? -1 : firstBytes(this.#files[count - 1]);
  }

  takeLargest(most: number): PackedFile | undefined {
    const count = this.#countUpTo(most);
    return count === 0 ? undefined : this.#files.splice(count - 1, 1)[0];
  }

  #countUpTo(bytes: number): number {
    let low = 0, high = this.#files.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (firstBytes(this.#files[middle]) <= bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
