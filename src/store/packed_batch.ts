import { Buffer, isAscii } from "node:buffer";
import { FILE_TEXT_NAMES, type FlatFolder, type FlatHead, headOfTexts } from "../domain/file_fields.ts";
import { searchHashOf } from "./search_cursor.ts";

/**
 * Files in a few flat buffers: however many there are, a batch goes to another thread or into a file with a few copies of
 * memory. Make one with `BatchPacker`, read it with `filesOf`.
 */
export interface PackedBatch {
  /** How many files it has. */
  files: number;
  /** Whether a file that is there already stays in its folder, whatever that is called here; see `inStoredFolder`. */
  keepsFolders: boolean;
  /** For every file the `FileNumber`s. */
  numbers: Float64Array<ArrayBuffer>;
  /** The texts of all files, one after the other, in UTF-8: a text of its own would be copied on every way, and stay in memory. */
  texts: Uint8Array<ArrayBuffer>;
  /** For every file the lengths of its texts, in UTF-16 units, in the order of `FILE_TEXT_NAMES`, then of its words; -1 is null. */
  textLengths: Int32Array<ArrayBuffer>;
  /** The texts of the folders that files are in, and for every folder their lengths in the order of `FolderText`. */
  folderTexts: string;
  folderLengths: Int32Array<ArrayBuffer>;
  /** The blocks of all files, one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
  /** For every block the `BlockNumber`s. */
  blocks: Int32Array<ArrayBuffer>;
  /** The hashes that each block is found by, block by block; see `writeBlock`. */
  hashes: Int32Array<ArrayBuffer>;
  /** Bytes that all of it takes, about. */
  size: number;
}

/** A batch whose files all belong to one shard of so many. */
export interface RoutedBatch {
  batch: PackedBatch;
  shard: number;
  shards: number;
}

/** What is kept of a file in `numbers`. `folder` counts the folders of the batch, -1 is none. */
export const FileNumber = {
  ...{ folder: 0, size: 1, second: 2, check: 3, placementHigh: 4, placementLow: 5 },
  ...{ blocks: 6, segments: 7, posted: 8, pending: 9 },
} as const;
export const FILE_NUMBERS = 10;

/** How many texts a file has: those of its head, and the words that search knows, with spaces between. */
export const FILE_TEXTS = FILE_TEXT_NAMES.length + 1;

export const FolderText = { folder_id: 0, path: 1, name: 2, meta: 3 } as const;
export const FOLDER_TEXTS = 4;

/** What is kept of a block beside its bytes; `redundancy` and `index` are those of its first segment. */
export const BlockNumber = { bytes: 0, hashes: 1, pending: 2, redundancy: 3, index: 4 } as const;
export const BLOCK_NUMBERS = 5;

/** A file of a batch. */
export interface PackedFile {
  head: FlatHead;
  /** The number of the folder among those of the batch; -1: it is in none. */
  folder: number;
  /** The second that search finds it under. */
  second: number;
  /** Orders the files of one second in a search. */
  searchHash: number;
  /** The CRC-32 of its head. */
  check: number;
  /** The words that search knows, with spaces between. */
  words: string;
  segments: number;
  posted: number;
  pending: number;
  blocks: PackedBlock[];
}

/** A block of a batch; its bytes are a view of the batch. */
export interface PackedBlock {
  data: Uint8Array<ArrayBuffer>;
  pending: number;
  redundancy: number;
  index: number;
  /** Where its hashes are in the batch's `hashes`. */
  hashesStart: number;
  hashesEnd: number;
}

/** How many segments a file has, how many of them have a Message-ID, and how many are still to post. */
export interface SegmentCounts {
  segments: number;
  posted: number;
  pending: number;
}

/** A block as it is stored, with the place of its first segment: `place` is its index. */
export interface StoredBlock {
  data: Uint8Array;
  pending: number;
  redundancy: number;
  place: number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The texts of all files, one after the other. */
export function textsOf({ texts }: PackedBatch): string {
  return isAscii(texts) ? Buffer.from(texts.buffer).toString("latin1") : decoder.decode(texts);
}

/** The files of a batch in their order. */
export function* filesOf(batch: PackedBatch): Generator<PackedFile> {
  const folders = foldersOf(batch), blocks = new BlockCursor(batch), { numbers, textLengths } = batch;
  const texts = textsOf(batch);
  let textAt = 0, text = 0;
  const nextText = () => {
    const length = textLengths[text++];
    return length < 0 ? null : texts.slice(textAt, textAt += length);
  };
  for (let file = 0; file < batch.files; file++) {
    const n = file * FILE_NUMBERS, folder = numbers[n + FileNumber.folder];
    const head = headOfTexts(nextText, numbers[n + FileNumber.size], folder < 0 ? null : folders[folder]);
    yield {
      head,
      folder,
      second: numbers[n + FileNumber.second],
      searchHash: searchHashOf(numbers[n + FileNumber.placementLow]),
      check: numbers[n + FileNumber.check],
      words: nextText()!,
      segments: numbers[n + FileNumber.segments],
      posted: numbers[n + FileNumber.posted],
      pending: numbers[n + FileNumber.pending],
      blocks: blocks.next(numbers[n + FileNumber.blocks]),
    };
  }
}

/** The folders of a batch, as `PackedFile.folder` numbers them. */
export function foldersOf({ folderTexts, folderLengths }: PackedBatch): FlatFolder[] {
  let at = 0;
  const text = (length: number): string | null => length < 0 ? null : folderTexts.slice(at, at += length);
  return Array.from({ length: folderLengths.length / FOLDER_TEXTS }, (_, folder) => {
    const lengths = folderLengths.subarray(folder * FOLDER_TEXTS);
    return {
      folder_id: text(lengths[FolderText.folder_id])!,
      path: text(lengths[FolderText.path])!,
      name: text(lengths[FolderText.name])!,
      meta: text(lengths[FolderText.meta]),
    };
  });
}

/** Gives the blocks of file after file. */
class BlockCursor {
  readonly #batch: PackedBatch;
  #block = 0;
  #byte = 0;
  #hash = 0;

  constructor(batch: PackedBatch) {
    this.#batch = batch;
  }

  next(count: number): PackedBlock[] {
    const { blocks, bytes } = this.#batch, taken: PackedBlock[] = [];
    for (let i = 0; i < count; i++) {
      const at = BLOCK_NUMBERS * this.#block++;
      taken.push({
        data: bytes.subarray(this.#byte, this.#byte += blocks[at + BlockNumber.bytes]),
        pending: blocks[at + BlockNumber.pending],
        redundancy: blocks[at + BlockNumber.redundancy],
        index: blocks[at + BlockNumber.index],
        hashesStart: this.#hash,
        hashesEnd: this.#hash += blocks[at + BlockNumber.hashes],
      });
    }
    return taken;
  }
}

/** Bytes that a batch takes, about: a character counts one. */
export function sizeOf(batch: Omit<PackedBatch, "size">): number {
  const { numbers, texts, textLengths, folderTexts, folderLengths, bytes, blocks, hashes } = batch;
  return [numbers, texts, textLengths, folderLengths, bytes, blocks, hashes].reduce(
    (sum, { byteLength }) => sum + byteLength,
    folderTexts.length,
  );
}

/** What can be handed over to another thread without a copy. */
export function transferables(
  { numbers, texts, textLengths, folderLengths, bytes, blocks, hashes }: PackedBatch,
): ArrayBuffer[] {
  return [numbers, texts, textLengths, folderLengths, bytes, blocks, hashes].map(({ buffer }) => buffer);
}

/** Gives back the memory of a batch that nobody needs any more: a thread that makes few objects would not do so for long. */
export function releaseBatch(batch: PackedBatch): void {
  for (const buffer of transferables(batch)) buffer.transfer(0);
}
