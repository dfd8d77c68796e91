import { isPending, type Segment } from "../domain/records.ts";
import { readBlock, readIndexed, sealOf, writeBlock } from "../blocks/block.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { columnsOf } from "../blocks/segment_columns.ts";
import { headText } from "../domain/file_fields.ts";
import { folderOfText, inStoredFolder } from "../domain/file_head.ts";
import { filesOf, type PackedBatch, type PackedFile } from "../store/packed_batch.ts";
import { addCounts, noCounts } from "../store/put_counts.ts";
import type { PutCounts, SegmentPlace, SegmentUpdate } from "../store/store.ts";
import { Turns } from "../threads/turns.ts";
import type { Sql } from "./connection.ts";
import { applyUpdate } from "../store/apply_update.ts";
import { rowCheck } from "../store/row_check.ts";
import { FILE_COLUMNS, type FileRow, storedCheck } from "./file_rows.ts";
import type { Connections } from "./connections.ts";
import { CopyRows } from "./copy_binary.ts";
import { type Change, Journal } from "./journal.ts";
import { LANES } from "./schema.ts";

interface StoredFile extends FileRow {
  size: number;
}

/** Bytes that may wait before a load is held back. */
const ROOM_BYTES = 8 * 2 ** 20;

/** Writes the files of one lane, one transaction after the other: no two of them meet. */
export class Lane {
  #journal: Journal;
  #lane: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Bytes of batches that wait. */
  #waiting = 0;

  constructor(connections: Connections, lane: number) {
    this.#journal = new Journal(connections, lane);
    this.#lane = lane;
  }

  /** Waits until a load may bring more. */
  async room(): Promise<void> {
    while (this.#waiting > ROOM_BYTES) await this.settled();
  }

  /** Waits until everything that was asked for is done. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** Runs a transaction after those before it; see `Journal`. */
  run<T>(durable: boolean, bytes: number, work: (sql: Sql, change: Change) => Promise<T>): Promise<T> {
    this.#waiting += bytes;
    const done = this.#last.then(() => this.#journal.run(durable, bytes, work)).finally(() => this.#waiting -= bytes);
    this.#last = done.catch(() => {}); // whoever asked for it hears of its error
    return done;
  }

  /** Puts files; equal ones are left as they are. `copied` says how far a copy is then, in which part of its source. */
  put(batch: PackedBatch, durable: boolean, copied?: { part: number; upTo: string }): Promise<PutCounts> {
    return this.run(durable, batch.size, async (sql, change) => {
      const counts = noCounts();
      for (const files of withoutRepeats(filesOf(batch))) {
        addCounts(counts, await putFiles(sql, files, batch, change));
      }
      if (copied) {
        await sql`INSERT INTO checkpoints VALUES (${copied.part}, ${this.#lane}, ${copied.upTo})
          ON CONFLICT (part, lane) DO UPDATE SET after = excluded.after`;
      }
      return counts;
    });
  }

  /** Deletes a file; false when there is none. */
  delete(fileId: string): Promise<boolean> {
    return this.run(true, 0, async (sql, change) => {
      const row = (await storedFiles(sql, [fileId])).get(fileId);
      if (!row) return false;
      await removeFiles(sql, [fileId]);
      addTotals(change, -1, row);
      return true;
    });
  }

  /** Changes segments of one file; returns the places that it does not have. */
  update(fileId: string, updates: SegmentUpdate[]): Promise<SegmentPlace[]> {
    return this.run(true, 0, async (sql, change) => {
      const missing: SegmentPlace[] = [];
      const row = (await storedFiles(sql, [fileId])).get(fileId);
      if (!row) return updates.map(placeOf);
      const blocks = new Map<string, OpenBlock>();
      for (const update of updates) {
        const segment = await segmentAt(sql, update, blocks);
        if (segment) applyUpdate(segment, update);
        else missing.push(placeOf(update));
      }
      await rewriteAll(sql, row, [...blocks.values()], change);
      return missing;
    });
  }
}

/** Cuts a list of files where one comes again. */
function withoutRepeats(files: Iterable<PackedFile>): PackedFile[][] {
  const parts: PackedFile[][] = [];
  let seen = new Set<string>();
  for (const file of files) {
    const { file_id } = file.head;
    if (parts.length === 0 || seen.has(file_id)) [seen] = [new Set(), parts.push([])];
    seen.add(file_id);
    parts[parts.length - 1].push(file);
  }
  return parts;
}

/** The rows of files that are stored. */
async function storedFiles(sql: Sql, fileIds: string[]): Promise<Map<string, StoredFile>> {
  const rows = await sql<StoredFile[]>`SELECT ${sql.unsafe(FILE_COLUMNS)}, size FROM files
    WHERE file_id = ANY(${fileIds})`;
  return new Map(rows.map((row) => [row.file_id, row]));
}

/** Puts files of a batch, of which none comes twice. */
async function putFiles(sql: Sql, files: PackedFile[], batch: PackedBatch, change: Change): Promise<PutCounts> {
  const stored = await storedFiles(sql, files.map(({ head }) => head.file_id));
  const equal = await equalFiles(sql, files, stored, batch.keepsFolders);
  const changed = files.filter(({ head }) => !equal.has(head.file_id));
  const before = changed.map(({ head }) => stored.get(head.file_id)).filter((row) => row !== undefined);
  await removeFiles(sql, before.map(({ file_id }) => file_id));
  await copyFiles(sql, changed, batch.hashes, change);
  for (const { head, segments, posted, pending } of changed) {
    addTotals(change, 1, { segments, posted, pending, size: head.size });
  }
  for (const row of before) addTotals(change, -1, row);
  return {
    added: changed.length - before.length,
    replaced: before.length,
    unchanged: equal.size,
    segments: changed.reduce((sum, { segments }) => sum + segments, 0),
  };
}

/** The files that are stored already just as they are; with `keepsFolders`, see `PackedBatch`. */
async function equalFiles(
  sql: Sql,
  files: PackedFile[],
  stored: Map<string, StoredFile>,
  keepsFolders: boolean,
): Promise<Set<string>> {
  const candidates = files.filter(({ head, segments }) => {
    const row = stored.get(head.file_id);
    if (row === undefined || row.segments !== segments) return false;
    return row.head === headText(head) ||
      keepsFolders && row.head === headText(inStoredFolder(head, folderOfText(row.head)));
  });
  const equal = new Set<string>();
  for (const { head: { file_id }, blocks } of candidates) {
    const rows = await sql<
      { data: Uint8Array }[]
    >`SELECT data FROM blocks WHERE file_id = ${file_id} ORDER BY redundancy, place`;
    const isEqual = rows.length === blocks.length &&
      rows.every(({ data }, i) => Buffer.compare(data, blocks[i].data) === 0);
    if (isEqual) equal.add(file_id);
  }
  return equal;
}

async function removeFiles(sql: Sql, fileIds: string[]): Promise<void> {
  if (fileIds.length === 0) return;
  for (const fileId of fileIds) {
    const blocks = await sql<{ id: number; data: Uint8Array }[]>`SELECT id, data FROM blocks WHERE file_id = ${fileId}`;
    await removeMessageIds(sql, blocks, sealOf(fileId));
  }
  await sql`DELETE FROM blocks WHERE file_id = ANY(${fileIds})`;
  await sql`DELETE FROM files WHERE file_id = ANY(${fileIds})`;
}

/** Blocks whose entries are removed by one statement. */
const BLOCKS_AT_ONCE = 64;

/** Removes the entries of blocks from the index that they are found by. */
async function removeMessageIds(
  sql: Sql,
  blocks: { id: number; data: Uint8Array }[],
  seal: number,
): Promise<void> {
  for (let start = 0; start < blocks.length; start += BLOCKS_AT_ONCE) {
    const ids: number[] = [], hashes: number[] = [];
    for (const { id, data } of blocks.slice(start, start + BLOCKS_AT_ONCE)) {
      const ofBlock = hashesOf(data, seal);
      if (ofBlock) hashes.push(...ofBlock);
      else await sql`DELETE FROM message_ids WHERE block = ${id}`; // reads all, for nobody knows what it was found by
      ids.push(id);
    }
    await sql`DELETE FROM message_ids WHERE hash = ANY(${hashes}::int[]) AND block = ANY(${ids}::bigint[])`;
  }
}

/** The hashes that a block is found by; undefined when it is damaged. */
function hashesOf(data: Uint8Array, seal: number): Int32Array | undefined {
  try {
    return readIndexed(data, seal).hashes;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function copyFiles(sql: Sql, files: PackedFile[], hashes: Int32Array, change: Change): Promise<void> {
  if (files.length === 0) return;
  const heads = new CopyRows(), rows = new CopyRows(), entries = new CopyRows(), turns = new Turns();
  for (const { head, check, second, searchHash, words, segments, posted, pending, blocks } of files) {
    const { file_id, folder, size } = head, newest = -second || 0; // so that the newest come first
    const numbers = { first_block: change.nextBlock, blocks: blocks.length, segments, posted, pending };
    heads.row(13).text(file_id).text(folder && folder.folder_id).int8(newest).int4(searchHash).int8(size)
      .text(headText(head)).words(words === "" ? [] : words.split(" ")).int4(storedCheck(check, numbers))
      .int8(numbers.first_block).int4(blocks.length).int4(segments).int4(posted).int4(pending);
    for (const { data, pending, redundancy, index, hashesStart, hashesEnd } of blocks) {
      const id = change.nextBlock;
      change.nextBlock += LANES;
      rows.row(6).text(file_id).int4(redundancy).int4(index).int4(pending).int8(id).bytes(data);
      for (let i = hashesStart; i < hashesEnd; i++) entries.row(2).int8(id).int4(hashes[i]);
      await turns.pass();
    }
  }
  await heads.sendTo(
    sql`COPY files (file_id, folder_id, newest, search_hash, size, head, words, row_check, first_block,
      blocks, segments, posted, pending)
      FROM STDIN (FORMAT binary)`,
  );
  await rows.sendTo(
    sql`COPY blocks (file_id, redundancy, place, pending, id, data) FROM STDIN (FORMAT binary)`,
  );
  await entries.sendTo(sql`COPY message_ids (block, hash) FROM STDIN (FORMAT binary)`);
}

function addTotals(
  totals: Change,
  sign: 1 | -1,
  { segments, posted, pending, size }: { segments: number; posted: number; pending: number; size: number },
): void {
  totals.files += sign;
  totals.segments += sign * segments;
  totals.posted += sign * posted;
  totals.pending += sign * pending;
  totals.bytes += sign * size;
}

function placeOf({ file_id, redundancy = 0, index }: SegmentUpdate): SegmentPlace {
  return { file_id, redundancy, index };
}

/** A block that is being changed, with what it counted before. */
interface OpenBlock {
  id: number;
  data: Uint8Array;
  redundancy: number;
  place: number;
  pending: number;
  segments: Segment[];
}

/** The segment that an update is for; its block is opened once. */
async function segmentAt(
  sql: Sql,
  { file_id, redundancy = 0, index }: SegmentUpdate,
  blocks: Map<string, OpenBlock>,
): Promise<Segment | undefined> {
  const [found] = await sql<Omit<OpenBlock, "segments">[]>`
    SELECT id, redundancy, place, pending, data FROM blocks
    WHERE file_id = ${file_id} AND (redundancy, place) <= (${redundancy}, ${index})
    ORDER BY redundancy DESC, place DESC LIMIT 1`;
  if (!found) return undefined;
  const key = `${found.redundancy}:${found.place}`;
  const block = blocks.get(key) ?? { ...found, segments: readBlock(found.data, sealOf(file_id)) };
  blocks.set(key, block);
  return block.segments.find((segment) => segment.redundancy === redundancy && segment.index === index);
}

/** Stores blocks of a file that were changed, and what it counts then. */
async function rewriteAll(sql: Sql, row: StoredFile, blocks: OpenBlock[], change: Change): Promise<void> {
  if (blocks.length === 0) return;
  const { file_id } = row, counts = { posted: row.posted, pending: row.pending };
  for (const block of blocks) {
    const more = await rewrite(sql, file_id, block);
    counts.posted += more.posted;
    counts.pending += more.pending;
  }
  const check = storedCheck(rowCheck(row.row_check, row), { ...row, ...counts });
  await sql`UPDATE files SET posted = ${counts.posted}, pending = ${counts.pending}, row_check = ${check}
    WHERE file_id = ${file_id}`;
  change.posted += counts.posted - row.posted;
  change.pending += counts.pending - row.pending;
}

/** Stores a block that was changed. Gives how many posted and pending segments there are more. */
async function rewrite(sql: Sql, fileId: string, block: OpenBlock): Promise<{ posted: number; pending: number }> {
  const { redundancy, place, segments } = block;
  const pending = segments.filter(({ status }) => isPending(status)).length;
  const seal = sealOf(fileId), out = new ByteWriter(1 << 14), hashes = new Int32List(2 * segments.length);
  const posted = writeBlock(out, columnsOf(segments), 0, segments.length, seal, hashes);
  await removeMessageIds(sql, [block], seal);
  await sql`INSERT INTO message_ids (block, hash) SELECT ${block.id}, unnest(${[...hashes.take()]}::int[])`;
  await sql`UPDATE blocks SET pending = ${pending}, data = ${out.bytes.subarray(0, out.length)}
    WHERE file_id = ${fileId} AND redundancy = ${redundancy} AND place = ${place}`;
  return { posted: posted - readIndexed(block.data, seal).posted, pending: pending - block.pending };
}
