import { BLOCK_NUMBERS, BlockNumber, FILE_NUMBERS, FILE_TEXTS, FileNumber, FOLDER_TEXTS } from "./packed_batch.ts";
import { type PackedBatch, sizeOf, textsOf } from "./packed_batch.ts";
import { jumpHash } from "./placement.ts";

const encoder = new TextEncoder();

/** The files of a batch by the shard, among `shards`, that each belongs to; undefined for a shard that has none of them. */
export function splitBatch(batch: PackedBatch, shards: number): (PackedBatch | undefined)[] {
  if (shards === 1) return [batch.files > 0 ? batch : undefined];
  const ofShards = Array.from({ length: shards }, (): number[] => []), { numbers } = batch;
  for (let file = 0; file < batch.files; file++) {
    const at = file * FILE_NUMBERS;
    const hash = { high: numbers[at + FileNumber.placementHigh], low: numbers[at + FileNumber.placementLow] };
    ofShards[jumpHash(hash, shards)].push(file);
  }
  const starts = startsOf(batch), texts = textsOf(batch);
  return ofShards.map((files) => files.length > 0 ? pick(batch, texts, starts, files) : undefined);
}

/** Where each file's part of a batch's buffers begins, with the end of the last one. */
interface Starts {
  files: Uint32Array;
  texts: Uint32Array;
  blocks: Uint32Array;
  bytes: Uint32Array;
  hashes: Uint32Array;
}

function startsOf({ files, numbers, textLengths, blocks }: PackedBatch): Starts {
  const list = () => new Uint32Array(files + 1);
  const starts: Starts = { files: list(), texts: list(), blocks: list(), bytes: list(), hashes: list() };
  let text = 0, block = 0, byte = 0, hash = 0;
  for (let file = 0; file < files; file++) {
    for (let i = file * FILE_TEXTS; i < (file + 1) * FILE_TEXTS; i++) text += Math.max(0, textLengths[i]);
    for (let i = 0; i < numbers[file * FILE_NUMBERS + FileNumber.blocks]; i++, block++) {
      byte += blocks[block * BLOCK_NUMBERS + BlockNumber.bytes];
      hash += blocks[block * BLOCK_NUMBERS + BlockNumber.hashes];
    }
    starts.files[file + 1] = file + 1;
    starts.texts[file + 1] = text;
    starts.blocks[file + 1] = block;
    starts.bytes[file + 1] = byte;
    starts.hashes[file + 1] = hash;
  }
  return starts;
}

/** A batch of some files of another one. */
function pick(from: PackedBatch, fromTexts: string, starts: Starts, files: number[]): PackedBatch {
  const numbers = gather(from.numbers, starts.files, FILE_NUMBERS, files);
  const texts = encoder.encode(
    files.map((file) => fromTexts.slice(starts.texts[file], starts.texts[file + 1])).join(""),
  );
  const batch = {
    ...{ files: files.length, keepsFolders: from.keepsFolders },
    ...{ numbers, texts, textLengths: gather(from.textLengths, starts.files, FILE_TEXTS, files) },
    ...pickFolders(from, numbers),
    bytes: gather(from.bytes, starts.bytes, 1, files),
    blocks: gather(from.blocks, starts.blocks, BLOCK_NUMBERS, files),
    hashes: gather(from.hashes, starts.hashes, 1, files),
  };
  return { ...batch, size: sizeOf(batch) };
}

type Buffer = Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** Puts together what belongs to some files; every start counts so many items of the buffer. */
function gather<T extends Buffer>(from: T, starts: Uint32Array, items: number, files: number[]): T {
  let length = 0;
  for (const file of files) length += (starts[file + 1] - starts[file]) * items;
  const to = new (from.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const file of files) {
    const start = starts[file] * items, end = starts[file + 1] * items;
    if (end - start > SHORT) to.set(from.subarray(start, end), at);
    else for (let i = 0; i < end - start; i++) to[at + i] = from[start + i];
    at += end - start;
  }
  return to;
}

/** So many items are copied faster one by one. */
const SHORT = 32;

/** The folders that files are in, whose `numbers` are changed to what they are called then. */
function pickFolders({ folderTexts, folderLengths }: PackedBatch, numbers: Float64Array) {
  const renamed = new Map<number, number>(), picked: string[] = [], lengths: number[] = [];
  const starts = [0];
  for (let i = 0; i < folderLengths.length; i++) starts.push(starts[i] + Math.max(0, folderLengths[i]));
  for (let at = FileNumber.folder as number; at < numbers.length; at += FILE_NUMBERS) {
    const folder = numbers[at];
    if (folder < 0) continue;
    let number = renamed.get(folder);
    if (number === undefined) {
      renamed.set(folder, number = renamed.size);
      const first = folder * FOLDER_TEXTS, end = first + FOLDER_TEXTS;
      picked.push(folderTexts.slice(starts[first], starts[end]));
      for (let i = first; i < end; i++) lengths.push(folderLengths[i]);
    }
    numbers[at] = number;
  }
  return { folderTexts: picked.join(""), folderLengths: new Int32Array(lengths) };
}
