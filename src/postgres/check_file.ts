import { type BlockOutline, readOutline } from "../blocks/block.ts";
import { PlaceOrder } from "../blocks/place_order.ts";
import { messageOf } from "../domain/errors.ts";
import { isPending } from "../domain/records.ts";
import type { EntrySum } from "../store/entry_sum.ts";
import { searchPosition } from "../store/search_cursor.ts";
import type { Problem } from "../store/store.ts";
import { headOf } from "./file_rows.ts";
import type { ScannedFile } from "./scan.ts";

/** Checks one file as it is stored; tells what is wrong. Adds to `entries` what the index of Message-IDs must have of it. */
export function checkFile({ row, blocks }: ScannedFile, where: string, entries: EntrySum): Problem[] {
  const problems: Problem[] = [];
  const problem = (what: string) => problems.push({ where, file_id: row.file_id, what });
  let segments = 0, posted = 0, pending = 0, isOrdered = true;
  const order = new PlaceOrder();
  for (const block of blocks) {
    const name = `the block ${block.redundancy}:${block.place}`;
    let outline: BlockOutline;
    try {
      outline = readOutline(block.data);
    } catch (error) {
      problem(`${name} is damaged: ${messageOf(error)}`);
      continue;
    }
    const { hashes, indexes, redundancies, statuses } = outline, open = statuses.filter(isPending).length;
    if (redundancies[0] !== block.redundancy || indexes[0] !== block.place) problem(`${name} has the wrong place`);
    if (open !== block.pending) problem(`${name} counts its pending segments wrongly`);
    for (let i = 0; i < indexes.length; i++) isOrdered = order.next(redundancies[i], indexes[i]) && isOrdered;
    for (const hash of hashes) entries.add(hash, block.id);
    segments += indexes.length;
    posted += hashes.length;
    pending += open;
  }
  const head = headOf(row);
  const { second, hash } = searchPosition(head.file_id, head.created_at);
  if (head.file_id !== row.file_id || (-second || 0) !== row.newest || hash !== row.search_hash) {
    problem("its head does not match its row");
  }
  if (segments !== row.segments || posted !== row.posted || pending !== row.pending) {
    problem(
      `it has ${segments} segments (${posted} posted, ${pending} pending), its row says ` +
        `${row.segments} (${row.posted}, ${row.pending})`,
    );
  }
  if (!isOrdered) problem("its segments are out of order");
  return problems;
}
