import { readIndexed, SEGMENTS_PER_BLOCK, writeBlock } from "../blocks/block.ts";
import { ByteWriter } from "../blocks/bytes.ts";
import { Int32List } from "../blocks/int32_list.ts";
import { type FileHead, type FileRecord, isPending } from "../domain/records.ts";

/** A file on its way to a shard: its head, and counts over the segments, whose blocks lie in the batch. */
export interface PackedFile {
  head: FileHead;
  blocks: number;
  segments: number;
  posted: number;
  pending: number;
  /** Subjects of segments where they differ from the file's, for search. */
  subjects: string[];
}

/** A block as it is stored, with the place of its first segment: `place` is its index. */
export interface StoredBlock {
  data: Uint8Array;
  pending: number;
  redundancy: number;
  place: number;
}

/** Files for one shard in a form that goes to another thread without copying the segments. */
export interface PackedBatch {
  files: PackedFile[];
  /** The blocks of all files, one after the other. */
  bytes: Uint8Array;
  /** For every block `BLOCK_FIELDS` numbers: bytes, Message-IDs, pending segments, redundancy and index of the first. */
  blocks: Int32Array;
  /** The hash of every Message-ID, block by block. */
  hashes: Int32Array;
  /** Bytes that all of it takes, about. */
  size: number;
}

export const BLOCK_FIELDS = 5;

/** Packs files until the batch is worth sending. */
export class BatchPacker {
  #files: PackedFile[] = [];
  #headBytes = 0;
  #bytes = new ByteWriter(1 << 18);
  #blocks = new Int32List(1 << 9);
  #hashes = new Int32List(1 << 12);

  /** Bytes that the batch takes so far, about. */
  get size(): number {
    return this.#bytes.length + this.#headBytes;
  }

  add(record: FileRecord): void {
    const { segments, ...head } = record;
    const file: PackedFile = { head, blocks: 0, segments: segments.length, posted: 0, pending: 0, subjects: [] };
    for (let start = 0; start < segments.length; start += SEGMENTS_PER_BLOCK) {
      this.#addBlock(file, segments, start, Math.min(start + SEGMENTS_PER_BLOCK, segments.length));
    }
    this.#addFile(file);
  }

  #addBlock(file: PackedFile, segments: FileRecord["segments"], start: number, end: number): void {
    const begin = this.#bytes.length, hashesBefore = this.#hashes.length, pendingBefore = file.pending;
    writeBlock(this.#bytes, segments, start, end, this.#hashes);
    const subjects: (string | null)[] = new Array(end - start);
    for (let i = start; i < end; i++) {
      const { subject, status } = segments[i];
      if (isPending(status)) file.pending++;
      subjects[i - start] = subject;
    }
    addSubjects(file, subjects);
    const messageIds = this.#hashes.length - hashesBefore;
    file.posted += messageIds;
    file.blocks++;
    const { redundancy, index } = segments[start];
    this.#blocks.append([this.#bytes.length - begin, messageIds, file.pending - pendingBefore, redundancy, index]);
  }

  /** Adds a file whose blocks are ready, as another shard has stored them. Throws a `RangeError` when one is damaged. */
  addStored(head: FileHead, counts: Pick<PackedFile, "segments" | "posted" | "pending">, blocks: StoredBlock[]): void {
    const file: PackedFile = { head, blocks: blocks.length, subjects: [], ...counts };
    for (const { data, pending, redundancy, place } of blocks) {
      const { hashes, subjects } = readIndexed(data);
      this.#hashes.append(hashes);
      addSubjects(file, subjects);
      this.#bytes.raw(data, data.length);
      this.#blocks.append([data.length, hashes.length, pending, redundancy, place]);
    }
    this.#addFile(file);
  }

  #addFile(file: PackedFile): void {
    this.#files.push(file);
    this.#headBytes += headBytes(file);
  }

  /** The batch so far; the packer starts anew. */
  take(): PackedBatch {
    const batch = {
      files: this.#files,
      bytes: this.#bytes.bytes.subarray(0, this.#bytes.length),
      blocks: this.#blocks.take(),
      hashes: this.#hashes.take(),
      size: this.size,
    };
    this.#files = [];
    this.#headBytes = 0;
    this.#bytes = new ByteWriter(this.#bytes.bytes.length);
    return batch;
  }
}

/** Adds the subjects of a block's segments that search does not know from the file. */
function addSubjects(file: PackedFile, subjects: (string | null)[]): void {
  let last = file.head.subject;
  for (const subject of subjects) {
    if (subject === null || subject === last) continue;
    last = subject;
    if (subject !== file.head.subject) file.subjects.push(subject);
  }
}

/** Bytes that a file takes beside its blocks, about; what callers may make long is measured. */
function headBytes({ head: { path, name, subject, poster, groups, folder, meta }, subjects }: PackedFile): number {
  let bytes = 500;
  for (const text of [path, name, subject, poster, ...groups]) bytes += text?.length ?? 0;
  for (const subject of subjects) bytes += subject.length;
  for (const json of [meta, folder?.meta]) if (json) bytes += JSON.stringify(json).length;
  return bytes;
}

/** What can be handed over to another thread without a copy. */
export function transferables(batch: PackedBatch): ArrayBuffer[] {
  return [batch.bytes.buffer, batch.blocks.buffer, batch.hashes.buffer] as ArrayBuffer[];
}
