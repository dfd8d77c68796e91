/** The numbers that stand beside a head in the row of a file. */
export interface RowNumbers {
  first_block: number;
  blocks: number;
  segments: number;
  posted: number;
  pending: number;
}

/**
 * The checksum that the row of a file has for a head of which it is `check`; and the other way round. It is mixed with the
 * row's numbers (XOR), so that a wrong one of them is found out, too: a change of one always changes it. 32 bits, without a sign.
 */
export function rowCheck(check: number, { first_block, blocks, segments, posted, pending }: RowNumbers): number {
  let mix = 0;
  for (const number of [first_block, blocks, segments, posted, pending]) {
    for (const half of [number | 0, Math.floor(number / 2 ** 32)]) {
      mix = Math.imul(mix ^ half, 0x9e3779b1);
      mix ^= mix >>> 15;
    }
  }
  return (check ^ mix) >>> 0;
}
