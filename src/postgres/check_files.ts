import { readBlock } from "../blocks/block.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import { messageOf } from "../domain/errors.ts";
import { compareSegments, isPending, type Segment } from "../domain/records.ts";
import { searchSecond } from "../domain/file_head.ts";
import type { Problem } from "../store/store.ts";
import { headOf } from "./file_rows.ts";
import type { ScannedFile } from "./scan.ts";

/** Checks one file as it is stored; tells what is wrong. */
export function checkFile({ row, blocks }: ScannedFile, where: string): Problem[] {
  const problems: Problem[] = [];
  const problem = (what: string) => problems.push({ where, file_id: row.file_id, what });
  const segments: Segment[] = [];
  for (const block of blocks) {
    const name = `the block ${block.redundancy}:${block.place}`;
    let inBlock: Segment[];
    try {
      inBlock = readBlock(block.data);
    } catch (error) {
      problem(`${name} is damaged: ${messageOf(error)}`);
      continue;
    }
    const [{ redundancy, index }] = inBlock;
    if (redundancy !== block.redundancy || index !== block.place) problem(`${name} has the wrong place`);
    if (inBlock.filter(({ status }) => isPending(status)).length !== block.pending) {
      problem(`${name} counts its pending segments wrongly`);
    }
    const hashes = inBlock.flatMap(({ message_id }) => message_id === null ? [] : [messageIdHash(message_id)]);
    if (hashes.join() !== block.hashes.join()) problem(`${name} is indexed under other Message-IDs`);
    segments.push(...inBlock);
  }
  const head = headOf(row);
  if (head.file_id !== row.file_id || (-searchSecond(head.created_at) || 0) !== row.newest) {
    problem("its head does not match its row");
  }
  const posted = segments.filter(({ message_id }) => message_id !== null).length;
  const pending = segments.filter(({ status }) => isPending(status)).length;
  if (segments.length !== row.segments || posted !== row.posted || pending !== row.pending) {
    problem(
      `it has ${segments.length} segments (${posted} posted, ${pending} pending), its row says ` +
        `${row.segments} (${row.posted}, ${row.pending})`,
    );
  }
  if (segments.some((segment, i) => i > 0 && compareSegments(segments[i - 1], segment) >= 0)) {
    problem("its segments are out of order");
  }
  return problems;
}
