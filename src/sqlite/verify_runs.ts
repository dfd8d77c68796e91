import type { DatabaseSync } from "node:sqlite";
import type { EntrySum } from "../store/entry_sum.ts";
import { readPage } from "./message_id_page.ts";
import { pagesOf, type Run } from "./message_id_runs.ts";

/** Adds the entries of a run of the Message-ID index to a sum; gives what is wrong with where they stand. */
export function* addRun(db: DatabaseSync, { run, first_block, last_block }: Run, sum: EntrySum): Generator<string> {
  let last = -Infinity;
  for (const { id, data } of pagesOf(db, run)) {
    const { hashes, blocks } = readPage(data), key = id - run * 2 ** 32 - 2 ** 31;
    let isOrdered = data.length % 8 === 0 && key > last && hashes[0] >= key;
    for (let i = 0; i < hashes.length; i++) {
      sum.add(hashes[i], blocks[i]);
      isOrdered &&= (i === 0 || hashes[i] >= hashes[i - 1]) && blocks[i] >= first_block && blocks[i] <= last_block;
    }
    if (!isOrdered) yield `page ${id} of the index of Message-IDs is out of order`;
    last = hashes[hashes.length - 1];
  }
}
