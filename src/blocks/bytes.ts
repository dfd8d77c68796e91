const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A growing buffer that numbers and texts are appended to. */
export class ByteWriter {
  bytes: Uint8Array;
  /** Bytes written so far. */
  length = 0;

  constructor(capacity = 1 << 16) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    setU32(this.bytes, this.length, value);
    this.length += 4;
  }

  /** The first `count` bytes of `bytes`. */
  raw(bytes: Uint8Array, count: number): void {
    this.reserve(count);
    this.bytes.set(bytes.subarray(0, count), this.length);
    this.length += count;
  }

  /** A non-negative integer below 2^53 in groups of 7 bits, lowest first (LEB128). */
  varint(value: number): void {
    this.reserve(8);
    while (value >= 128) {
      this.bytes[this.length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.bytes[this.length++] = value;
  }

  /** One bit a value from `start` to `end`: whether it is there (not null). */
  presence(values: readonly unknown[], start = 0, end = values.length): void {
    for (let i = start; i < end; i += 8) {
      let bits = 0;
      for (let j = 0; j < 8 && i + j < end; j++) if (values[i + j] !== null) bits |= 1 << j;
      this.u8(bits);
    }
  }

  /** An ASCII text that lies in `bytes`, as `text` appends it. */
  ascii(bytes: Uint8Array, start: number, end: number): void {
    this.varint(end - start);
    this.reserve(end - start);
    this.bytes.set(bytes.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** A text as its UTF-8 bytes, their number first. */
  text(value: string): void {
    this.reserve(value.length * 3 + 8);
    const start = this.length;
    this.varint(value.length); // right when the text is ASCII, which is then copied faster than an encoder starts
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 127) {
        this.length = start;
        const utf8 = encoder.encode(value);
        this.varint(utf8.length);
        return this.raw(utf8, utf8.length);
      }
      this.bytes[this.length++] = unit;
    }
  }
}

/** Reads what a `ByteWriter` wrote. Reading past the end is a `RangeError`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Steps over `count` bytes and returns where they start. */
  skip(count: number): number {
    const start = this.at;
    if (start + count > this.bytes.length) throw new RangeError("it ends too early");
    this.at += count;
    return start;
  }

  u8(): number {
    return this.bytes[this.skip(1)];
  }

  varint(): number {
    let value = 0;
    for (let scale = 1;; scale *= 128) {
      const byte = this.u8();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 49) throw new RangeError("a number in it is too large");
    }
  }

  presence(count: number): boolean[] {
    const start = this.skip(Math.ceil(count / 8));
    const isPresent: boolean[] = new Array(count);
    for (let i = 0; i < count; i++) isPresent[i] = (this.bytes[start + (i >> 3)] >> (i & 7) & 1) === 1;
    return isPresent;
  }

  text(): string {
    const count = this.varint();
    const start = this.skip(count);
    return decoder.decode(this.bytes.subarray(start, start + count));
  }
}

export function setU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

export function getU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;
}
