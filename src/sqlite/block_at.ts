import { compareSegments } from "../domain/records.ts";
import type { PlaceInFile } from "../store/store.ts";

/** The blocks of a file: their ids follow each other. */
export interface BlockRange {
  first_block: number;
  blocks: number;
}

/** A block with the place of its first segment. */
export interface BlockStart extends PlaceInFile {
  id: number;
}

/**
 * The last block of a file that begins at a place or before, else its first one; the file has some. Found by halving, for
 * the places have no index. `firstOf` gives the first block that is there from an id on, below another: see
 * `QUERIES.firstPlace`.
 */
export function blockAt(
  { first_block, blocks }: BlockRange,
  place: PlaceInFile,
  firstOf: (from: number, below: number) => BlockStart | undefined,
): number {
  let low = first_block, high = first_block + blocks;
  while (high - low > 1) {
    const middle = low + Math.floor((high - low) / 2), block = firstOf(middle, high);
    if (block && compareSegments(block, place) <= 0) low = block.id;
    else high = middle;
  }
  return low;
}
