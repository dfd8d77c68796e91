/** Entries of a page, unless more than that have one hash: eight of them fill a page of the database. */
export const PAGE_ENTRIES = 124;

/** Entries of the Message-ID index: `hashes` in order, and the block that each leads to; among equal hashes in order, too. */
export interface Entries {
  hashes: Int32Array;
  blocks: Uint32Array;
}

/** The bytes of a page: all hashes, then all blocks, 32 bits each with the lowest byte first. Part of the file format. */
export function writePage({ hashes, blocks }: Entries): Uint8Array {
  const page = new Int32Array(hashes.length * 2);
  page.set(hashes);
  page.set(blocks, hashes.length);
  return new Uint8Array(page.buffer);
}

export function readPage(data: Uint8Array): Entries {
  const count = data.length >> 3, { buffer } = data.slice(0, count * 8); // a copy, which starts at a multiple of 4
  return { hashes: new Int32Array(buffer, 0, count), blocks: new Uint32Array(buffer, count * 4, count) };
}

/** The places of the entries with a hash: from the first to before the second. */
export function placesOf({ hashes }: Entries, hash: number): [number, number] {
  let low = 0, high = hashes.length;
  while (low < high) {
    const middle = low + high >> 1;
    if (hashes[middle] < hash) low = middle + 1;
    else high = middle;
  }
  while (hashes[high] === hash) high++;
  return [low, high];
}
