import type { ByteReader, ByteWriter } from "./bytes.ts";

/** How the numbers of a column are written; the byte that starts the column. */
const ALL_NULL = 0, CONSTANT = 1, LINEAR = 2, CONSTANT_BUT_LAST = 3, FIXED_WIDTH = 4, WITH_NULLS = 5;

/** Appends a column of whole numbers (0 to 2^53 - 1) or nulls. */
export function writeNumbers(out: ByteWriter, values: (number | null)[]): void {
  if (!values.includes(null)) return writePresent(out, values as number[]);
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return out.u8(ALL_NULL);
  out.u8(WITH_NULLS);
  out.presence(values);
  writePresent(out, present);
}

function writePresent(out: ByteWriter, values: number[]): void {
  const first = values[0], last = values[values.length - 1];
  const step = values.length > 1 ? values[1] - first : 0;
  let linear = step >= 0, constantButLast = true, least = first, greatest = first;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value - values[i - 1] !== step) linear = false;
    if (value !== first && i < values.length - 1) constantButLast = false;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  if (least === greatest) {
    out.u8(CONSTANT);
    out.varint(first);
  } else if (linear) {
    out.u8(LINEAR);
    out.varint(first);
    out.varint(step);
  } else if (constantButLast) {
    out.u8(CONSTANT_BUT_LAST);
    out.varint(first);
    out.varint(last);
  } else {
    out.u8(FIXED_WIDTH);
    out.varint(least);
    writeFixedWidth(out, values, least, widthOf(greatest - least));
  }
}

function widthOf(range: number): number {
  let width = 1;
  while (range >= 256 ** width) width++;
  return width;
}

function writeFixedWidth(out: ByteWriter, values: number[], least: number, width: number): void {
  out.u8(width);
  out.reserve(values.length * width);
  for (const value of values) {
    let rest = value - least;
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
  const present = readPresent(from, from.u8(), isPresent.filter(Boolean).length);
  let next = 0;
  return isPresent.map((there) => there ? present[next++] : null);
}

function readPresent(from: ByteReader, mode: number, count: number): number[] {
  const first = from.varint();
  const values: number[] = new Array(count).fill(first);
  if (mode === LINEAR) {
    const step = from.varint();
    for (let i = 1; i < count; i++) values[i] = first + i * step;
  } else if (mode === CONSTANT_BUT_LAST) {
    values[count - 1] = from.varint();
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
