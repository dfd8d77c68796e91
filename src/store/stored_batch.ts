import { ByteWriter } from "../blocks/bytes.ts";
import { type FileToCheck, uncheckedHead } from "./file_check.ts";
import type { SegmentCounts, StoredBlock } from "./packed_batch.ts";
import type { Halves } from "./placement.ts";

/** Files as a store has them, whether sound or not, in a few flat buffers that go to another thread without a copy. */
export interface StoredBatch {
  files: number;
  /** Of file after file its `file_id` and its head as `headText` gives it. */
  texts: string;
  /** For every file `FILE_NUMBERS` numbers. */
  numbers: Float64Array<ArrayBuffer>;
  /** For every block `BLOCK_NUMBERS` numbers. */
  blocks: Int32Array<ArrayBuffer>;
  /** The blocks one after the other. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** A file of a batch, to be checked, with the digest of what is stored. */
export interface StoredFile {
  file: FileToCheck;
  digest: Halves;
}

/** Lengths of id and head, checksum, counts, number of blocks, and the halves of the digest. */
const FILE_NUMBERS = 9;
/** Bytes, pending segments, redundancy and index. */
const BLOCK_NUMBERS = 4;

/** Gathers files until the batch is worth sending. */
export class StoredBatchWriter {
  #texts: string[] = [];
  #numbers: number[] = [];
  #blocks: number[] = [];
  #bytes = new ByteWriter(1 << 16);

  get files(): number {
    return this.#numbers.length / FILE_NUMBERS;
  }

  /** Bytes of the batch so far, about. */
  get size(): number {
    return this.#bytes.length + 8 * this.#numbers.length + 4 * this.#blocks.length + 300 * this.files;
  }

  /** Adds a file; `text` is what `headText` gives of its head, `check` the checksum that is kept with it. */
  add(
    { file_id, text, check, counts, blocks }: Omit<FileToCheck, "head">,
    { high, low }: Halves,
  ): void {
    this.#texts.push(file_id, text);
    const { segments, posted, pending } = counts;
    this.#numbers.push(file_id.length, text.length, check, segments, posted, pending, blocks.length, high, low);
    for (const { data, pending, redundancy, place } of blocks) {
      this.#blocks.push(data.length, pending, redundancy, place);
      this.#bytes.raw(data, data.length);
    }
  }

  /** The batch so far; the writer starts anew. */
  take(): StoredBatch {
    const batch: StoredBatch = {
      files: this.files,
      texts: this.#texts.join(""),
      numbers: new Float64Array(this.#numbers),
      blocks: new Int32Array(this.#blocks),
      bytes: this.#bytes.bytes.slice(0, this.#bytes.length),
    };
    [this.#texts, this.#numbers, this.#blocks] = [[], [], []];
    this.#bytes.length = 0;
    return batch;
  }
}

/** What can be handed over to another thread without a copy. */
export function transferablesOf({ numbers, blocks, bytes }: StoredBatch): ArrayBuffer[] {
  return [numbers.buffer, blocks.buffer, bytes.buffer];
}

/** Bytes that a batch takes, about. */
export function sizeOfStored({ texts, numbers, blocks, bytes }: StoredBatch): number {
  return texts.length + numbers.byteLength + blocks.byteLength + bytes.length;
}

/** The files of a batch in their order. A head that is none is an empty one: checking it tells. */
export function* storedFilesOf({ files, texts, numbers, blocks, bytes }: StoredBatch): Generator<StoredFile> {
  let textAt = 0, blockAt = 0, byteAt = 0;
  for (let i = 0; i < files; i++) {
    const [idLength, headLength, check, segments, posted, pending, count, high, low] = numbers.subarray(
      i * FILE_NUMBERS,
      (i + 1) * FILE_NUMBERS,
    );
    const file_id = texts.slice(textAt, textAt += idLength), text = texts.slice(textAt, textAt += headLength);
    const ofFile: StoredBlock[] = [];
    for (let block = 0; block < count; block++) {
      const [length, pending, redundancy, place] = blocks.subarray(blockAt, blockAt += BLOCK_NUMBERS);
      ofFile.push({ data: bytes.subarray(byteAt, byteAt += length), pending, redundancy, place });
    }
    const counts: SegmentCounts = { segments, posted, pending };
    yield { file: { file_id, head: uncheckedHead(text), text, check, counts, blocks: ofFile }, digest: { high, low } };
  }
}
