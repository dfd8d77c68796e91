import { readBlock, readInternalSubjects, readMessageIds, sealOf } from "../blocks/block.ts";
import { messageIdHash } from "../blocks/message_id_hash.ts";
import type { SegmentOfFile } from "../domain/records.ts";
import { MAX_FOUND_BLOCKS, type PostedUnder } from "../store/found_segments.ts";
import type { Sql } from "./connection.ts";

/** Reads what may be damaged; then it throws an error that names the file. */
export type ReadSound = <T>(fileId: string, read: () => T) => T;

interface FoundBlock {
  file_id: string;
  data: Uint8Array;
}

/** The segments that were posted under a Message-ID without brackets, in any order. */
export async function postedUnder(sql: Sql, messageId: string, readSound: ReadSound): Promise<PostedUnder> {
  const blocks = await blocksOf(sql, messageId);
  const segments = blocks.slice(0, MAX_FOUND_BLOCKS).flatMap(({ file_id, data }) =>
    readSound(file_id, (): SegmentOfFile[] => {
      const seal = sealOf(file_id);
      if (!readMessageIds(data, seal).includes(messageId)) return [];
      return readBlock(data, seal).filter(({ message_id }) => message_id === messageId)
        .map((segment) => ({ file_id, ...segment }));
    })
  );
  return { segments, isWhole: blocks.length <= MAX_FOUND_BLOCKS };
}

/** The ids of files that have segments of an internal subject. */
export async function filesOfInternalSubject(sql: Sql, text: string, readSound: ReadSound): Promise<Set<string>> {
  const blocks = (await blocksOf(sql, text)).slice(0, MAX_FOUND_BLOCKS).filter(({ file_id, data }) =>
    readSound(file_id, () => readInternalSubjects(data, sealOf(file_id)).includes(text))
  );
  return new Set(blocks.map(({ file_id }) => file_id));
}

/** The blocks that may be found by a text, one more than are looked at. */
function blocksOf(sql: Sql, text: string): Promise<FoundBlock[]> {
  return sql<FoundBlock[]>`SELECT file_id, data FROM blocks WHERE id IN
    (SELECT block FROM message_ids WHERE hash = ${messageIdHash(text)} LIMIT ${MAX_FOUND_BLOCKS + 1})`;
}
