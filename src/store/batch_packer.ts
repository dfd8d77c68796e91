import { Buffer } from "node:buffer";
import { sealOf, writeBlock } from "../blocks/block.ts";
import { fewerSegments, MAX_BLOCK_BYTES, segmentsOfFirstBlock, segmentsPerBlock } from "../blocks/block_cut.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { columnsOf, numberAt, type SegmentColumns, type TextColumn } from "../blocks/segment_columns.ts";
import { type FlatFolder, type FlatHead, flatHead, headText, textsOfHead } from "../domain/file_fields.ts";
import { headCheck, searchSecond } from "../domain/file_head.ts";
import { type FileHead, type FileRecord, isPending, STATUSES } from "../domain/records.ts";
import { fileWords } from "../domain/search_words.ts";
import { checkFile, type FileToCheck } from "./file_check.ts";
import { type PackedBatch, type SegmentCounts, sizeOf } from "./packed_batch.ts";
import { type Halves, placementHash } from "./placement.ts";

/** Counts over the blocks of the file that is being packed, and subjects of its segments that search does not know from it. */
interface Packing extends SegmentCounts {
  seal: number;
  blocks: number;
  subject: string | null;
  subjects: string[];
  placement: Halves;
}

/** Columns of some segments of a file; `at`: the place of their first one in the file. */
interface ColumnSlice {
  columns: SegmentColumns;
  at: number;
}

/** Gives columns with at least segments `start` to `end`. */
type SliceColumns = (start: number, end: number) => ColumnSlice;

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
    this.#addBlocks(
      packing,
      segments.length,
      (start, end) => ({ columns: columnsOf(segments, start, end), at: start }),
    );
    this.#addFile(flatHead(record), packing);
  }

  /** Adds a file whose segments are in columns. */
  addColumns(head: FileHead, columns: SegmentColumns): void {
    const packing = packingOf(head), all: ColumnSlice = { columns, at: 0 };
    this.#addBlocks(packing, columns.count, () => all);
    this.#addFile(flatHead(head), packing);
  }

  #addBlocks(packing: Packing, count: number, slice: SliceColumns): void {
    let perBlock = segmentsPerBlock(count, (segments) => this.#measure(slice(0, segments), segments));
    for (let start = 0, end = segmentsOfFirstBlock(count, perBlock, packing.placement.low % 2 === 0); start < count;) {
      const added = this.#addBlock(packing, slice, start, end);
      if (added < end - start) perBlock = added;
      start += added;
      end = Math.min(start + perBlock, count);
    }
  }

  /** The bytes of a block of the first segments of a slice. */
  #measure({ columns }: ColumnSlice, segments: number): number {
    const begin = this.#bytes.length;
    writeBlock(this.#bytes, columns, 0, segments, 0);
    const bytes = this.#bytes.length - begin;
    this.#bytes.length = begin;
    return bytes;
  }

  /** Adds a block of segments `start` to `end`, or of fewer where that is too large; returns of how many. */
  #addBlock(packing: Packing, slice: SliceColumns, start: number, end: number): number {
    const { columns, at } = slice(start, end), from = start - at, to = end - at;
    const begin = this.#bytes.length, hashesBefore = this.#hashes.length, segments = end - start;
    const posted = writeBlock(this.#bytes, columns, from, to, packing.seal, this.#hashes);
    const bytes = this.#bytes.length - begin, hashes = this.#hashes.length - hashesBefore;
    if (bytes > MAX_BLOCK_BYTES && segments > 1) {
      this.#bytes.length = begin;
      this.#hashes.truncate(hashesBefore);
      return this.#addBlock(packing, slice, start, start + fewerSegments(segments, bytes));
    }
    const pending = countPending(columns, from, to);
    addSubjects(packing, columns.subject, from, to);
    packing.blocks++;
    packing.segments += segments;
    packing.posted += posted;
    packing.pending += pending;
    this.#blocks.append([
      bytes,
      hashes,
      pending,
      numberAt(columns.redundancy, from)!,
      numberAt(columns.index, from)!,
    ]);
    return segments;
  }

  /**
   * Adds a file as another shard has stored it, with its blocks as they lie there, and checks it as it is read. One that is
   * damaged is told and not added.
   */
  addStored(file: FileToCheck, tell: (what: string) => void): void {
    const mark = this.mark(), packing: Packing = { ...packingOf(file.head), ...file.counts };
    let isSound = true;
    const tellDamage = (what: string) => {
      isSound = false;
      tell(what);
    };
    checkFile(file, tellDamage, ({ data, pending, redundancy, place }, { hashes, subjects }) => {
      this.#hashes.append(hashes);
      for (const subject of subjects) addSubject(packing, subject);
      this.#bytes.raw(data, data.length);
      this.#blocks.append([data.length, hashes.length, pending, redundancy, place]);
      packing.blocks++;
    });
    if (isSound) this.#addFile(file.head, packing, file.check);
    else this.rollBack(mark);
  }

  #addFile(head: FlatHead, packing: Packing, check?: number): void {
    const { blocks, segments, posted, pending, subjects, placement: { high, low } } = packing;
    const { folder, size, created_at } = head;
    const folderNumber = folder ? this.#folders.numberOf(folder) : -1;
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
    this.#texts.append(textsOfHead(head));
    this.#texts.append([fileWords(head, subjects).join(" ")]);
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

function packingOf({ file_id, subject }: Pick<FileHead, "file_id" | "subject">): Packing {
  const placement = placementHash(file_id);
  return { seal: sealOf(file_id), blocks: 0, segments: 0, posted: 0, pending: 0, subject, subjects: [], placement };
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
