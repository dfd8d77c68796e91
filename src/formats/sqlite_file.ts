import { InputError } from "../domain/errors.ts";

/** Pages that are read at once where one follows the other. */
const READ_AHEAD = 32;
/** Bytes of pages that are kept, twice: those used lately, and those before. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** Where SQLite locks a database; on Windows this byte cannot be read while another program writes. */
const LOCK_BYTE = 2 ** 30;

/** The pages of a SQLite database file that nobody changes, with a bounded cache. */
export class SqliteFile {
  readonly pageSize: number;
  /** The bytes of a page that hold content. */
  readonly usableSize: number;
  #file: Deno.FsFile;
  #pageCount: number;
  #pages = new Map<number, Uint8Array>();
  #before = new Map<number, Uint8Array>();
  #lastMiss = 0;

  constructor(path: string) {
    this.#file = Deno.openSync(path);
    try {
      const header = new Uint8Array(100);
      this.#readAt(0, header);
      const size = header[16] * 256 + header[17];
      this.pageSize = size === 1 ? 65536 : size;
      this.usableSize = this.pageSize - header[20];
      this.#pageCount = Math.floor(this.#file.statSync().size / this.pageSize);
    } catch (error) {
      this.#file.close();
      throw error;
    }
  }

  /** In bytes; no row is longer. */
  get size(): number {
    return this.#pageCount * this.pageSize;
  }

  /** A page by its number, counted from 1. @throws {InputError} when there is none. */
  page(number: number): Uint8Array {
    const known = this.#pages.get(number);
    if (known !== undefined) return known;
    const page = this.#before.get(number) ?? this.#read(number);
    if (this.#pages.size * this.pageSize >= KEPT_BYTES) {
      this.#before = this.#pages;
      this.#pages = new Map();
    }
    this.#pages.set(number, page);
    return page;
  }

  close(): void {
    this.#file.close();
  }

  #read(number: number): Uint8Array {
    if (!(number >= 1 && number <= this.#pageCount)) throw damaged(`there is no page ${number}`);
    const isNext = number > this.#lastMiss && number <= this.#lastMiss + READ_AHEAD;
    let count = isNext ? Math.min(READ_AHEAD, this.#pageCount - number + 1) : 1;
    const lockPage = Math.floor(LOCK_BYTE / this.pageSize) + 1;
    if (number <= lockPage && number + count > lockPage) count = Math.max(1, lockPage - number);
    this.#lastMiss = number + count - 1;
    const bytes = new Uint8Array(count * this.pageSize);
    this.#readAt((number - 1) * this.pageSize, bytes);
    for (let i = 1; i < count; i++) {
      const page = bytes.subarray(i * this.pageSize, (i + 1) * this.pageSize);
      if (!this.#pages.has(number + i)) this.#before.set(number + i, page);
    }
    return bytes.subarray(0, this.pageSize);
  }

  #readAt(at: number, bytes: Uint8Array): void {
    this.#file.seekSync(at, Deno.SeekMode.Start);
    for (let read = 0; read < bytes.length;) {
      const length = this.#file.readSync(bytes.subarray(read));
      if (length === null) throw damaged("it is cut off");
      read += length;
    }
  }
}

export function damaged(why: string): InputError {
  return new InputError(`the database is damaged: ${why}`);
}
