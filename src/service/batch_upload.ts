import { MAX_SEGMENTS_PER_BLOCK, readBlock, sealOf, writeBlock } from "../blocks/block.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { columnsOf } from "../blocks/segment_columns.ts";
import { checkRecord, MAX_SEGMENTS, WHY_TOO_MANY } from "../domain/check_record.ts";
import { checkSegment } from "../domain/segment_fields.ts";
import { InputError } from "../domain/errors.ts";
import { flatHead, headOfFlat, headText } from "../domain/file_fields.ts";
import { headCheck } from "../domain/file_head.ts";
import { compareSegments, isPending, type Segment } from "../domain/records.ts";
import { batchOf, HEADER_BYTES, lengthsOf } from "../store/encode_batch.ts";
import {
  BLOCK_NUMBERS,
  FILE_NUMBERS,
  FILE_TEXTS,
  FileNumber,
  filesOf,
  FOLDER_TEXTS,
  type PackedBatch,
  type PackedFile,
  type RoutedBatch,
  type SegmentCounts,
  type StoredBlock,
} from "../store/packed_batch.ts";
import { RoutingPacker } from "../store/routing_packer.ts";
import { Turns } from "../threads/turns.ts";
import { HttpError } from "./http_error.ts";

/** The content type of packed batches. */
export const BATCHES = "application/x-usync-batches";

/** The most bytes of a batch: more than a file of 4 million segments takes. */
export const MAX_BATCH_BYTES = 2 ** 30;

/**
 * The batches of an upload, one after the other as `encodeBatch` makes them, packed anew for so many shards: nothing but heads and
 * blocks is taken from them, and both are checked like any other record. Throws an `InputError` for what is no batch.
 */
export async function* uploadedBatches(
  bytes: AsyncIterable<Uint8Array>,
  shards: () => number,
): AsyncGenerator<RoutedBatch> {
  const reader = new ExactReader(bytes), turns = new Turns();
  for (let header = await reader.read(HEADER_BYTES); header; header = await reader.read(HEADER_BYTES)) {
    const batch = await readBatch(reader, header), packer = new RoutingPacker(shards(), batch.keepsFolders);
    for (const file of asInput(filesOf(batch))) await addFile(packer, file, turns);
    yield* packer.take().batches;
  }
}

async function readBatch(reader: ExactReader, header: Uint8Array<ArrayBuffer>): Promise<PackedBatch> {
  const { files, lengths } = lengthsOf(header), all = lengths.reduce((sum, length) => sum + length, 0);
  if (all > MAX_BATCH_BYTES) throw new HttpError(413, `A batch is larger than ${MAX_BATCH_BYTES / 2 ** 20} MB`);
  const [numbers, , texts, , folders, , blocks, hashes] = lengths;
  const isBatch = [files, ...lengths].every((number) => Number.isSafeInteger(number) && number >= 0) &&
    numbers === 8 * FILE_NUMBERS * files && texts === 4 * FILE_TEXTS * files && hashes % 4 === 0 &&
    folders % (4 * FOLDER_TEXTS) === 0 && blocks % (4 * BLOCK_NUMBERS) === 0;
  if (!isBatch) throw notBatch();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (const length of lengths) parts.push(await reader.read(length) ?? new Uint8Array(0));
  const batch = batchOf(header, parts);
  if (!hasItsBlocks(batch)) throw notBatch();
  return batch;
}

/** Whether the files of a batch have as many blocks as it has: from a wrong number, blocks would be made without an end. */
function hasItsBlocks({ files, numbers, blocks }: PackedBatch): boolean {
  let sum = 0;
  for (let file = 0; file < files; file++) {
    const count = numbers[file * FILE_NUMBERS + FileNumber.blocks];
    if (!Number.isSafeInteger(count) || count < 0) return false;
    sum += count;
  }
  return sum === blocks.length / BLOCK_NUMBERS;
}

/** Adds a file of a batch as its head and its blocks say, whatever else the batch says of it. */
async function addFile(packer: RoutingPacker, { head: sent, blocks }: PackedFile, turns: Turns): Promise<void> {
  const head = flatHead(attempt(() => checkRecord({ ...headOfFlat(sent), segments: [] }))), { file_id } = head;
  const counts: SegmentCounts = { segments: 0, posted: 0, pending: 0 },
    stored: StoredBlock[] = [],
    seal = sealOf(file_id);
  let last: Segment | undefined;
  for (const { data } of blocks) {
    const segments = attempt(() => {
      let before = last;
      return readBlock(data, seal).map((segment, i) => before = checkNext(segment, counts.segments + i, before));
    });
    last = segments.at(-1);
    stored.push(blockOf(segments, seal, counts));
    if (counts.segments > MAX_SEGMENTS) throw new InputError(`${file_id}: segments: ${WHY_TOO_MANY}`);
    await turns.pass();
  }
  const text = headText(head);
  packer.addStored({ file_id, head, text, check: headCheck(text), counts, blocks: stored }, (what) => {
    throw notBatch(what);
  });
}

/** Checks a segment that must come after the one before. */
function checkNext(segment: Segment, place: number, before: Segment | undefined): Segment {
  if (before && compareSegments(before, segment) >= 0) throw notBatch();
  return checkSegment(segment, place, before);
}

/** Packs the segments of a block, and counts them. */
function blockOf(segments: Segment[], seal: number, counts: SegmentCounts): StoredBlock {
  const writer = new ByteWriter(1 << 12), hashes = new Int32List(MAX_SEGMENTS_PER_BLOCK);
  const posted = writeBlock(writer, columnsOf(segments, 0, segments.length), 0, segments.length, seal, hashes);
  const pending = segments.filter(({ status }) => isPending(status)).length, [{ redundancy, index }] = segments;
  counts.segments += segments.length;
  counts.posted += posted;
  counts.pending += pending;
  return { data: writer.bytes.slice(0, writer.length), pending, redundancy, place: index };
}

/** What reading nonsense throws is the sender's fault. */
function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof TypeError) {
      throw notBatch(error);
    }
    throw error;
  }
}

function* asInput<T>(values: Iterator<T>): Generator<T> {
  for (let next = attempt(() => values.next()); !next.done; next = attempt(() => values.next())) yield next.value;
}

function notBatch(cause?: unknown): InputError {
  return new InputError("The request is no batch of packed files", {}, { cause });
}

/** Reads so many bytes at a time of what comes in pieces. */
class ExactReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array(0);

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#pieces = bytes[Symbol.asyncIterator]();
  }

  /** The next bytes; undefined where the end is. @throws {InputError} when it comes before all of them */
  async read(count: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.#piece.length === 0) {
        const { done, value } = await this.#pieces.next();
        if (done && at === 0) return undefined;
        if (done) throw notBatch();
        this.#piece = value;
      }
      const part = this.#piece.subarray(0, count - at);
      bytes.set(part, at);
      this.#piece = this.#piece.subarray(part.length);
      at += part.length;
    }
    return bytes;
  }
}
