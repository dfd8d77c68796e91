import type { ByteReader, ByteWriter } from "./bytes.ts";
import type { NumberColumn } from "./segment_columns.ts";

/** How the numbers of a column are written; the byte that starts the column. `FIXED_WIDTH` counts bytes, `BITS` bits. */
const ALL_NULL = 0, CONSTANT = 1, LINEAR = 2, CONSTANT_BUT_LAST = 3, FIXED_WIDTH = 4, WITH_NULLS = 5, BITS = 6;

/** The widest numbers that `BITS` writes: with 7 bits left over of the one before, they are still 32-bit integers. */
const MAX_BITS = 24;

let present = new Float64Array(64);

/** Appends values `start` to `end` of a column of whole numbers (0 to 2^53 - 1) or nulls. */
export function writeNumbers(out: ByteWriter, column: NumberColumn, start: number, end: number): void {
  if (column === null) return out.u8(ALL_NULL);
  if (typeof column === "number") return writeConstant(out, column);
  const count = end - start;
  if (present.length < count) present = new Float64Array(count);
  if (!Array.isArray(column)) {
    present.set(column.subarray(start, end));
    return writePresent(out, present, count);
  }
  let presentCount = 0;
  for (let i = start; i < end; i++) {
    const value = column[i];
    if (value !== null) present[presentCount++] = value;
  }
  if (presentCount === 0) return out.u8(ALL_NULL);
  if (presentCount < count) {
    out.u8(WITH_NULLS);
    out.presence(column, start, end);
  }
  writePresent(out, present, presentCount);
}

function writeConstant(out: ByteWriter, value: number): void {
  out.u8(CONSTANT);
  out.varint(value);
}

function writePresent(out: ByteWriter, values: Float64Array, count: number): void {
  const first = values[0], last = values[count - 1];
  const step = count > 1 ? values[1] - first : 0;
  let linear = step >= 0, constantButLast = true, least = first, greatest = first;
  for (let i = 1; i < count; i++) {
    const value = values[i];
    if (value - values[i - 1] !== step) linear = false;
    if (value !== first && i < count - 1) constantButLast = false;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (least === greatest) {
    writeConstant(out, first);
  } else if (linear) {
    out.u8(LINEAR);
    out.varint(first);
    out.varint(step);
  } else if (constantButLast) {
    out.u8(CONSTANT_BUT_LAST);
    out.varint(first);
    out.varint(last);
  } else if (greatest - least < 2 ** MAX_BITS) {
    out.u8(BITS);
    out.varint(least);
    writeBits(out, values, count, least, 32 - Math.clz32(greatest - least));
  } else {
    out.u8(FIXED_WIDTH);
    out.varint(least);
    writeFixedWidth(out, values, count, least, widthOf(greatest - least));
  }
}

function writeBits(out: ByteWriter, values: Float64Array, count: number, least: number, bits: number): void {
  out.u8(bits);
  out.reserve(Math.ceil(count * bits / 8));
  const bytes = out.bytes;
  let at = out.length, held = 0, heldBits = 0;
  for (let i = 0; i < count; i++) {
    held |= values[i] - least << heldBits;
    heldBits += bits;
    for (; heldBits >= 8; heldBits -= 8) {
      bytes[at++] = held;
      held >>>= 8;
    }
  }
  if (heldBits > 0) bytes[at++] = held;
  out.length = at;
}

function widthOf(range: number): number {
  let width = 1;
  while (range >= 256 ** width) width++;
  return width;
}

function writeFixedWidth(out: ByteWriter, values: Float64Array, count: number, least: number, width: number): void {
  out.u8(width);
  out.reserve(count * width);
  for (let j = 0; j < count; j++) {
    let rest = values[j] - least;
    for (let i = 0; i < width; i++) {
      out.bytes[out.length++] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }
}

/** Reads a column of `count` values that `writeNumbers` wrote. */
export function readNumbers(from: ByteReader, count: number): (number | null)[] {
  const mode = from.u8();
  if (mode === ALL_NULL) return new Array(count).fill(null);
  if (mode !== WITH_NULLS) return readPresent(from, mode, count);
  const isPresent = from.presence(count);
  const values = readPresent(from, from.u8(), isPresent.filter(Boolean).length);
  let next = 0;
  return isPresent.map((there) => there ? values[next++] : null);
}

function readPresent(from: ByteReader, mode: number, count: number): number[] {
  const first = from.varint();
  const values: number[] = new Array(count).fill(first);
  if (mode === LINEAR) {
    const step = from.varint();
    for (let i = 1; i < count; i++) values[i] = first + i * step;
  } else if (mode === CONSTANT_BUT_LAST) {
    values[count - 1] = from.varint();
  } else if (mode === BITS) {
    readBits(from, values);
  } else if (mode === FIXED_WIDTH) {
    const width = from.u8();
    let at = from.skip(count * width);
    for (let i = 0; i < count; i++) {
      for (let j = 0, scale = 1; j < width; j++, scale *= 256) values[i] += from.bytes[at++] * scale;
    }
  } else if (mode !== CONSTANT) {
    throw new RangeError(`it has an unknown kind of number column (${mode})`);
  }
  return values;
}

/** Adds to every value the bits that follow. */
function readBits(from: ByteReader, values: number[]): void {
  const bits = from.u8();
  if (bits > MAX_BITS) throw new RangeError(`a number column in it has ${bits} bits a number`);
  const mask = (1 << bits) - 1, bytes = from.bytes;
  let at = from.skip(Math.ceil(values.length * bits / 8)), held = 0, heldBits = 0;
  for (let i = 0; i < values.length; i++) {
    for (; heldBits < bits; heldBits += 8) held |= bytes[at++] << heldBits;
    values[i] += held & mask;
    held >>>= bits;
    heldBits -= bits;
  }
}
