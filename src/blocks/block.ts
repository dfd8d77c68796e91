import { crc32 } from "node:zlib";
import { type Segment, type Status, STATUSES } from "../domain/records.ts";
import { ByteReader, type ByteWriter, getU32, setU32 } from "./bytes.ts";
import { Int32List } from "./int32_list.ts";
import { readMetas, writeMetas } from "./meta_column.ts";
import { readNumbers, writeNumbers } from "./number_column.ts";
import type { SegmentColumns } from "./segment_columns.ts";
import { readHashes, readTexts, writeTexts } from "./text_column.ts";

/**
 * A block holds up to 96 segments of one file, in order, column by column:
 *
 *     checksum (4 bytes) · format (1 byte, 3) · number of segments (1 byte) · the columns
 *
 * The checksum is the CRC-32 of the rest XOR the file's seal, so that a block in the place of another file's is found out.
 * The Message-IDs come first, since a lookup needs them alone, then the subjects and internal subjects: these three are what
 * indexes are made of.
 * The same segments of a file always give the same bytes.
 */
export const MAX_SEGMENTS_PER_BLOCK = 96;

const FORMAT = 3;
const HEADER_BYTES = 6;

/** What the blocks of a file are sealed with: the CRC-32 of its `file_id`. */
export function sealOf(fileId: string): number {
  return crc32(fileId);
}

/**
 * Appends segments `start` to `end` of columns (at most `MAX_SEGMENTS_PER_BLOCK`, at least one) as a block, and to `hashes`
 * those that it is found by: of their Message-IDs, and of their internal subjects, of those that follow each other with one
 * text the first. Gives how many Message-IDs there are, where there are `hashes`. `seal`: see `sealOf`.
 */
export function writeBlock(
  out: ByteWriter,
  columns: SegmentColumns,
  start: number,
  end: number,
  seal: number,
  hashes?: Int32List,
): number {
  const begin = out.length, hashesBefore = hashes?.length ?? 0;
  out.u32(0);
  out.u8(FORMAT);
  out.u8(end - start);
  writeTexts(out, columns.message_id, start, end, hashes);
  const posted = (hashes?.length ?? 0) - hashesBefore;
  writeTexts(out, columns.subject, start, end);
  writeTexts(out, columns.internal_subject, start, end, hashes);
  hashes?.dropRepeats(hashesBefore + posted);
  writeNumbers(out, columns.index, start, end);
  writeNumbers(out, columns.redundancy, start, end);
  writeNumbers(out, columns.status, start, end);
  writeNumbers(out, columns.size, start, end);
  writeNumbers(out, columns.offset, start, end);
  writeTexts(out, columns.hash, start, end);
  writeTexts(out, columns.group, start, end);
  writeTexts(out, columns.server, start, end);
  writeTexts(out, columns.uploaded_at, start, end);
  writeMetas(out, columns.meta, start, end);
  setU32(out.bytes, begin, (crc32(out.bytes.subarray(begin + 4, out.length)) ^ seal) >>> 0);
  return posted;
}

function statusOf(code: number): Status {
  if (code < STATUSES.length) return STATUSES[code];
  throw new RangeError(`it has an unknown status (${code})`);
}

/** Checks a block's checksum and format. Throws a `RangeError` that says what is wrong with it. */
function openBlock(bytes: Uint8Array, seal: number): { from: ByteReader; count: number } {
  if (bytes.length < HEADER_BYTES) throw new RangeError("it is too short");
  if (getU32(bytes, 0) !== (crc32(bytes.subarray(4)) ^ seal) >>> 0) {
    throw new RangeError("its checksum does not match its content and the file");
  }
  const format = bytes[4];
  if (format !== FORMAT) throw new RangeError(`its format is ${format}, this program reads ${FORMAT}`);
  const count = bytes[5];
  if (count < 1 || count > MAX_SEGMENTS_PER_BLOCK) throw new RangeError(`it says that it holds ${count} segments`);
  return { from: new ByteReader(bytes, HEADER_BYTES), count };
}

/** All segments of a block of the file with this seal. Throws a `RangeError` when it is damaged, or another file's. */
export function readBlock(bytes: Uint8Array, seal: number): Segment[] {
  const { from, count } = openBlock(bytes, seal);
  const messageIds = readTexts(from, count);
  const subjects = readTexts(from, count);
  const internalSubjects = readTexts(from, count);
  const indexes = readNumbers(from, count) as number[];
  const redundancies = readNumbers(from, count) as number[];
  const statuses = readNumbers(from, count) as number[];
  const sizes = readNumbers(from, count) as number[];
  const offsets = readNumbers(from, count);
  const hashes = readTexts(from, count);
  const groups = readTexts(from, count);
  const servers = readTexts(from, count);
  const uploadedAt = readTexts(from, count);
  const metas = readMetas(from, count);
  const segments: Segment[] = new Array(count);
  for (let i = 0; i < count; i++) {
    segments[i] = {
      index: indexes[i],
      redundancy: redundancies[i],
      size: sizes[i],
      offset: offsets[i],
      hash: hashes[i],
      message_id: messageIds[i],
      subject: subjects[i],
      internal_subject: internalSubjects[i],
      group: groups[i],
      server: servers[i],
      status: statusOf(statuses[i]),
      uploaded_at: uploadedAt[i],
    };
    const meta = metas[i];
    if (meta !== undefined) segments[i].meta = meta;
  }
  return segments;
}

/** The Message-IDs of a block's segments, in order. Throws a `RangeError` when the block is damaged. */
export function readMessageIds(bytes: Uint8Array, seal: number): (string | null)[] {
  const { from, count } = openBlock(bytes, seal);
  return readTexts(from, count);
}

/** The internal subjects of a block's segments, in order. Throws a `RangeError` when the block is damaged. */
export function readInternalSubjects(bytes: Uint8Array, seal: number): (string | null)[] {
  const { from, count } = openBlock(bytes, seal);
  readTexts(from, count);
  readTexts(from, count);
  return readTexts(from, count);
}

/** What of a block's segments is in indexes. */
export interface IndexedBlock {
  /** As `writeBlock` gives them. */
  hashes: Int32Array;
  /** How many of the hashes, the first ones, are of Message-IDs. */
  posted: number;
  subjects: (string | null)[];
}

/** What of a block's segments is in indexes. Throws a `RangeError` when it is damaged. */
export function readIndexed(bytes: Uint8Array, seal: number): IndexedBlock {
  const { from, count } = openBlock(bytes, seal);
  return readIndexedColumns(from, count);
}

function readIndexedColumns(from: ByteReader, count: number): IndexedBlock {
  const messageIds = readHashes(from, count), subjects = readTexts(from, count), internal = readHashes(from, count);
  const hashes = new Int32List(messageIds.length + internal.length);
  hashes.append(messageIds);
  hashes.append(internal);
  hashes.dropRepeats(messageIds.length);
  return { hashes: hashes.take(), posted: messageIds.length, subjects };
}

/** What of a block is in indexes or counted. All other columns are covered by the checksum, and not unpacked. */
export interface BlockOutline extends IndexedBlock {
  indexes: number[];
  redundancies: number[];
  statuses: Status[];
}

/** Reads a block's outline. Throws a `RangeError` when the block is damaged. */
export function readOutline(bytes: Uint8Array, seal: number): BlockOutline {
  const { from, count } = openBlock(bytes, seal);
  return {
    ...readIndexedColumns(from, count),
    indexes: readNumbers(from, count) as number[],
    redundancies: readNumbers(from, count) as number[],
    statuses: (readNumbers(from, count) as number[]).map(statusOf),
  };
}
