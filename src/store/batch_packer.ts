import { Buffer } from "node:buffer";
import { readIndexed, SEGMENTS_PER_BLOCK, writeBlock } from "../blocks/block.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { columnsOf, numberAt, type SegmentColumns, type TextColumn } from "../blocks/segment_columns.ts";
import { type FlatFolder, type FlatHead, flatHead, headCheck, headText, searchSecond } from "../domain/file_head.ts";
import { type FileHead, type FileRecord, isPending, STATUSES } from "../domain/records.ts";
import { fileWords } from "../domain/search_words.ts";
import { type PackedBatch, sizeOf, type StoredBlock } from "./packed_batch.ts";
import { placementHash } from "./placement.ts";

/** How many segments a file has, how many of them have a Message-ID, and how many are still to post. */
export interface SegmentCounts {
  segments: number;
  posted: number;
  pending: number;
}

/** Counts over the blocks of the file that is being packed, and subjects of its segments that search does not know from it. */
interface Packing extends SegmentCounts {
  blocks: number;
  subject: string | null;
  subjects: string[];
}

/** How much a packer held at a time. */
export interface PackerMark {
  files: number;
  numbers: number;
  texts: { parts: number; lengths: number; length: number };
  bytes: number;
  blocks: number;
  hashes: number;
}

/** Packs files until the batch is worth sending. What a writer needs of a file is worked out here, once. */
export class BatchPacker {
  readonly #keepsFolders: boolean;
  #files = 0;
  #numbers: number[] = [];
  #texts = new TextList();
  #folders = new FolderList();
  #bytes = new ByteWriter(1 << 16);
  #blocks = new Int32List(1 << 9);
  #hashes = new Int32List(1 << 12);

  /** `keepsFolders`: see `PackedBatch`. */
  constructor(keepsFolders = false) {
    this.#keepsFolders = keepsFolders;
  }

  get files(): number {
    return this.#files;
  }

  /** Bytes that the batch takes so far, about. */
  get size(): number {
    return this.#bytes.length + 4 * (this.#blocks.length + this.#hashes.length) + 8 * this.#numbers.length +
      this.#texts.size + this.#folders.size;
  }

  add(record: FileRecord): void {
    const { segments } = record, packing = packingOf(record);
    for (let start = 0; start < segments.length; start += SEGMENTS_PER_BLOCK) {
      const columns = columnsOf(segments, start, Math.min(start + SEGMENTS_PER_BLOCK, segments.length));
      this.#addBlock(packing, columns, 0, columns.count);
    }
    this.#addFile(flatHead(record), packing);
  }

  /** Adds a file whose segments are in columns. */
  addColumns(head: FileHead, columns: SegmentColumns): void {
    const packing = packingOf(head);
    for (let start = 0; start < columns.count; start += SEGMENTS_PER_BLOCK) {
      this.#addBlock(packing, columns, start, Math.min(start + SEGMENTS_PER_BLOCK, columns.count));
    }
    this.#addFile(flatHead(head), packing);
  }

  #addBlock(packing: Packing, columns: SegmentColumns, start: number, end: number): void {
    const begin = this.#bytes.length, hashesBefore = this.#hashes.length, pending = countPending(columns, start, end);
    writeBlock(this.#bytes, columns, start, end, this.#hashes);
    addSubjects(packing, columns.subject, start, end);
    const messageIds = this.#hashes.length - hashesBefore;
    packing.blocks++;
    packing.segments += end - start;
    packing.posted += messageIds;
    packing.pending += pending;
    const redundancy = numberAt(columns.redundancy, start)!, index = numberAt(columns.index, start)!;
    this.#blocks.append([this.#bytes.length - begin, messageIds, pending, redundancy, index]);
  }

  /**
   * Adds a file whose blocks are ready, as another shard has stored them, with the checksum that is stored with its head
   * where there is one. Throws a `RangeError` when a block is damaged; the batch cannot be used then.
   */
  addStored(head: FlatHead, counts: SegmentCounts, blocks: StoredBlock[], check?: number): void {
    const packing: Packing = { ...counts, blocks: blocks.length, subject: head.subject, subjects: [] };
    for (const { data, pending, redundancy, place } of blocks) {
      const { hashes, subjects } = readIndexed(data);
      this.#hashes.append(hashes);
      for (const subject of subjects) addSubject(packing, subject);
      this.#bytes.raw(data, data.length);
      this.#blocks.append([data.length, hashes.length, pending, redundancy, place]);
    }
    this.#addFile(head, packing, check);
  }

  #addFile(head: FlatHead, { blocks, segments, posted, pending, subjects }: Packing, check?: number): void {
    const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
    const { high, low } = placementHash(file_id), folderNumber = folder ? this.#folders.numberOf(folder) : -1;
    check ??= headCheck(headText(head));
    this.#numbers.push(
      folderNumber,
      size,
      searchSecond(created_at),
      check,
      high,
      low,
      blocks,
      segments,
      posted,
      pending,
    );
    const words = fileWords(head, subjects).join(" ");
    this.#texts.append([file_id, path, name, hash, subject, poster, groups, created_at, meta, words]);
    this.#files++;
  }

  /** What is packed so far, for `rollBack`. */
  mark(): PackerMark {
    return {
      ...{ files: this.#files, numbers: this.#numbers.length, texts: this.#texts.mark(), bytes: this.#bytes.length },
      ...{ blocks: this.#blocks.length, hashes: this.#hashes.length },
    };
  }

  /** Takes back all that was packed after a mark of this batch; a folder that only came with that stays. */
  rollBack(mark: PackerMark): void {
    this.#files = mark.files;
    this.#numbers.length = mark.numbers;
    this.#texts.rollBack(mark.texts);
    this.#bytes.length = mark.bytes;
    this.#blocks.truncate(mark.blocks);
    this.#hashes.truncate(mark.hashes);
  }

  /** The batch so far; the packer starts anew. */
  take(): PackedBatch {
    const [texts, textLengths] = this.#texts.take(), [folderTexts, folderLengths] = this.#folders.take();
    const batch = {
      ...{ files: this.#files, keepsFolders: this.#keepsFolders, numbers: new Float64Array(this.#numbers) },
      ...{ texts: encoder.encode(texts), textLengths, folderTexts, folderLengths },
      bytes: this.#bytes.bytes.slice(0, this.#bytes.length),
      blocks: this.#blocks.take(),
      hashes: this.#hashes.take(),
    };
    this.#files = 0;
    this.#numbers = [];
    this.#bytes.length = 0;
    return { ...batch, size: sizeOf(batch) };
  }
}

function packingOf({ subject }: FileHead): Packing {
  return { blocks: 0, segments: 0, posted: 0, pending: 0, subject, subjects: [] };
}

const encoder = new TextEncoder();

/** Whether a status, by its place in `STATUSES`, is that of a segment still to post: 1 or 0. */
const PENDING = STATUSES.map((status) => isPending(status) ? 1 : 0);

function countPending({ status }: SegmentColumns, start: number, end: number): number {
  if (typeof status === "number") return PENDING[status] * (end - start);
  let pending = 0;
  for (let i = start; i < end; i++) pending += PENDING[status![i]!];
  return pending;
}

function addSubjects(packing: Packing, column: TextColumn, start: number, end: number): void {
  if (column === null || typeof column === "string") return addSubject(packing, column);
  if (Array.isArray(column)) {
    for (let i = start; i < end; i++) addSubject(packing, column[i]);
    return;
  }
  const { starts, ends } = column, { buffer, byteOffset, length } = column.bytes;
  const bytes = Buffer.from(buffer, byteOffset, length);
  for (let i = start; i < end; i++) {
    if (starts[i] >= 0) {
      addSubject(packing, bytes.toString("latin1", starts[i], ends[i]));
    }
  }
}

/** Adds the subject of a segment that search does not know from the file or the segment before. */
function addSubject({ subject: ofFile, subjects }: Packing, subject: string | null): void {
  if (subject === null || subject === ofFile || subject === subjects.at(-1)) return;
  subjects.push(subject);
}

/** Texts or nulls that become one text and their lengths. */
class TextList {
  #parts: string[] = [];
  #lengths = new Int32List(1 << 8);
  #length = 0;

  /** Bytes they take, about. */
  get size(): number {
    return this.#length + 4 * this.#lengths.length;
  }

  append(texts: (string | null)[]): void {
    for (const text of texts) {
      this.#lengths.push(text === null ? -1 : text.length);
      if (text === null) continue;
      this.#parts.push(text);
      this.#length += text.length;
    }
  }

  mark(): PackerMark["texts"] {
    return { parts: this.#parts.length, lengths: this.#lengths.length, length: this.#length };
  }

  rollBack({ parts, lengths, length }: PackerMark["texts"]): void {
    this.#parts.length = parts;
    this.#lengths.truncate(lengths);
    this.#length = length;
  }

  /** The texts and their lengths, -1 for null; the list starts anew. */
  take(): [string, Int32Array<ArrayBuffer>] {
    const texts = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    return [texts, this.#lengths.take()];
  }
}

/** The folders of a batch, each once. */
class FolderList {
  #texts = new TextList();
  #numbers = new Map<string, number>();
  #last: { folder: FlatFolder; number: number } | undefined;

  get size(): number {
    return this.#texts.size;
  }

  /** The number of a folder, which is added when it is new. */
  numberOf(folder: FlatFolder): number {
    if (this.#last && isSame(this.#last.folder, folder)) return this.#last.number;
    const { folder_id, path, name, meta } = folder, texts = [folder_id, path, name, meta];
    const key = JSON.stringify(texts);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(key, number);
      this.#texts.append(texts);
    }
    this.#last = { folder, number };
    return number;
  }

  take(): [string, Int32Array<ArrayBuffer>] {
    this.#numbers.clear();
    this.#last = undefined;
    return this.#texts.take();
  }
}

function isSame(a: FlatFolder, b: FlatFolder): boolean {
  return a.folder_id === b.folder_id && a.path === b.path && a.name === b.name && a.meta === b.meta;
}
