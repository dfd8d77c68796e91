import { crc32 } from "node:zlib";
import {
  isTextField,
  type Segment,
  SEGMENT_FIELD_NAMES,
  SEGMENT_FIELDS,
  segmentAt,
  type SegmentFieldName,
  type SegmentValues,
  type Status,
  STATUSES,
} from "../domain/segment_fields.ts";
import { ByteReader, type ByteWriter, getU32, setU32 } from "./bytes.ts";
import { Int32List } from "./int32_list.ts";
import { readMetas, writeMetas } from "./meta_column.ts";
import { readNumbers, writeNumbers } from "./number_column.ts";
import type { SegmentColumns } from "./segment_columns.ts";
import { readHashes, readTexts, writeTexts } from "./text_column.ts";

/**
 * A block holds up to 96 segments of one file, in order, column by column:
 *
 *     checksum (4 bytes) · format (1 byte) · number of segments (1 byte) · the columns
 *
 * The checksum is the CRC-32 of the rest XOR the file's seal, so that a block in the place of another file's is found out.
 * The table of fields says which columns there are, in which order, and since which format.
 * The Message-IDs come first, since a lookup needs them alone, then the subjects and internal subjects: these three are what
 * indexes are made of. Metas come last.
 * The same segments of a file always give the same bytes.
 */
export const MAX_SEGMENTS_PER_BLOCK = 96;

const HEADER_BYTES = 6;

/** The fields in the order of their columns. */
const COLUMNS = SEGMENT_FIELD_NAMES.toSorted((a, b) => SEGMENT_FIELDS[a].column - SEGMENT_FIELDS[b].column);
/** Columns that indexes are made of; all others follow. */
const INDEXED = 3;

/** The first format of blocks that can still be read, and the one that is written. */
const FIRST_FORMAT = 3, FORMAT = Math.max(...COLUMNS.map((name) => SEGMENT_FIELDS[name].since));

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
  for (let i = INDEXED; i < COLUMNS.length; i++) {
    const name = COLUMNS[i];
    if (isTextField(name)) writeTexts(out, columns[name], start, end);
    else writeNumbers(out, columns[name], start, end);
  }
  writeMetas(out, columns.meta, start, end);
  setU32(out.bytes, begin, (crc32(out.bytes.subarray(begin + 4, out.length)) ^ seal) >>> 0);
  return posted;
}

function statusOf(code: number): Status {
  if (code < STATUSES.length) return STATUSES[code];
  throw new RangeError(`it has an unknown status (${code})`);
}

/** Checks a block's checksum and format. Throws a `RangeError` that says what is wrong with it. */
function openBlock(bytes: Uint8Array, seal: number): { from: ByteReader; count: number; format: number } {
  if (bytes.length < HEADER_BYTES) throw new RangeError("it is too short");
  if (getU32(bytes, 0) !== (crc32(bytes.subarray(4)) ^ seal) >>> 0) {
    throw new RangeError("its checksum does not match its content and the file");
  }
  const format = bytes[4];
  if (format < FIRST_FORMAT || format > FORMAT) {
    throw new RangeError(`its format is ${format}, this program reads ${FORMAT}`);
  }
  const count = bytes[5];
  if (count < 1 || count > MAX_SEGMENTS_PER_BLOCK) throw new RangeError(`it says that it holds ${count} segments`);
  return { from: new ByteReader(bytes, HEADER_BYTES), count, format };
}

/** All segments of a block of the file with this seal. Throws a `RangeError` when it is damaged, or another file's. */
export function readBlock(bytes: Uint8Array, seal: number): Segment[] {
  const { from, count, format } = openBlock(bytes, seal);
  const values = {} as { [Name in SegmentFieldName]: (string | number | null)[] };
  for (const name of COLUMNS) values[name] = readColumn(from, count, name, format);
  for (let i = 0; i < count; i++) values.status[i] = statusOf(values.status[i] as number);
  const metas = readMetas(from, count), segments: Segment[] = new Array(count);
  for (let i = 0; i < count; i++) segments[i] = segmentAt(values as SegmentValues, i, metas[i]);
  return segments;
}

/** The values of a column; null where blocks of this format have none. */
function readColumn(
  from: ByteReader,
  count: number,
  name: SegmentFieldName,
  format: number,
): (string | number | null)[] {
  if (SEGMENT_FIELDS[name].since > format) return new Array(count).fill(null);
  return isTextField(name) ? readTexts(from, count) : readNumbers(from, count);
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
