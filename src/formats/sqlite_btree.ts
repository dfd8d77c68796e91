import { damaged, type SqliteFile } from "./sqlite_file.ts";
import { readVarint, StoredRecord, varintLength } from "./sqlite_record.ts";

const INDEX_INTERIOR = 2, TABLE_INTERIOR = 5, INDEX_LEAF = 10, TABLE_LEAF = 13;
/** Deeper is no tree, but pages that name each other. */
const MAX_DEPTH = 40;
/** Interior pages of an index that are kept. */
const KEPT_NODES = 256;

/** A page of a tree: its cells and, of interior ones, its children. */
class Node {
  readonly bytes: Uint8Array;
  readonly isLeaf: boolean;
  readonly count: number;
  #cells: number;
  #header: number;

  constructor(file: SqliteFile, number: number, leaf: number, interior: number) {
    this.bytes = file.page(number);
    this.#header = number === 1 ? 100 : 0;
    const type = this.bytes[this.#header];
    if (type !== leaf && type !== interior) throw damaged(`page ${number} is of another kind`);
    this.isLeaf = type === leaf;
    this.count = this.bytes[this.#header + 3] << 8 | this.bytes[this.#header + 4];
    this.#cells = this.#header + (this.isLeaf ? 8 : 12);
    if (this.#cells + 2 * this.count > this.bytes.length) throw damaged(`page ${number} has too many cells`);
  }

  /** Where a cell begins. */
  cell(index: number): number {
    const at = this.#cells + 2 * index;
    return this.bytes[at] << 8 | this.bytes[at + 1];
  }

  /** The page of the child before a cell, or of the last child. */
  child(index: number): number {
    return pageNumber(this.bytes, index < this.count ? this.cell(index) : this.#header + 8);
  }
}

/** The content of a cell, put together where a part of it lies on overflow pages. */
class Payload {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  length = 0;
  #file: SqliteFile;
  #maxLocal: number;
  #minLocal: number;

  constructor(file: SqliteFile, isIndex: boolean) {
    this.#file = file;
    const usable = file.usableSize;
    this.#maxLocal = isIndex ? Math.floor((usable - 12) * 64 / 255) - 23 : usable - 35;
    this.#minLocal = Math.floor((usable - 12) * 32 / 255) - 23;
  }

  /** Sets it to `length` bytes whose first ones are in `page` at `start`. */
  set(page: Uint8Array, start: number, length: number): void {
    this.length = length;
    if (length <= this.#maxLocal) {
      if (!(start + length <= page.length)) throw damaged("a row is longer than its page");
      this.bytes = page;
      this.start = start;
    } else this.#gather(page, start, length);
  }

  #gather(page: Uint8Array, start: number, length: number): void {
    const size = this.#file.usableSize - 4, wanted = this.#minLocal + (length - this.#minLocal) % size;
    const local = wanted <= this.#maxLocal ? wanted : this.#minLocal;
    if (length > this.#file.size || start + local + 4 > page.length) throw damaged("a row is longer than its page");
    const bytes = new Uint8Array(length);
    bytes.set(page.subarray(start, start + local));
    let next = pageNumber(page, start + local);
    for (let at = local; at < length; at += size) {
      const overflow = this.#file.page(next);
      bytes.set(overflow.subarray(4, 4 + Math.min(size, length - at)), at);
      next = pageNumber(overflow, 0);
    }
    this.bytes = bytes;
    this.start = 0;
  }
}

/** Finds the rows of a table by their rowids (from 0, below 2^53); fastest in ascending order. */
export class TableTree {
  readonly record: StoredRecord;
  #file: SqliteFile;
  #root: number;
  #payload: Payload;
  #leaf: Node | undefined;
  #cell = 0;
  /** All rows up to this rowid are before the end of the leaf; -1: it is the last. */
  #last = -1;

  /** `columns`: how many values of a row are looked at. */
  constructor(file: SqliteFile, root: number, columns: number) {
    this.#file = file;
    this.#root = root;
    this.record = new StoredRecord(columns);
    this.#payload = new Payload(file, false);
  }

  /** Sets `record` to a row. @throws {InputError} when it is not there. */
  find(rowid: number): StoredRecord {
    if (this.seek(rowid) !== rowid) throw damaged(`row ${rowid} is in an index, but not in its table`);
    return this.record;
  }

  /** Sets `record` to the first row from a rowid on, and returns its rowid; -1 when there is none. */
  seek(rowid: number): number {
    let found = this.#nextFrom(rowid);
    for (let from = rowid; found < 0; from = this.#last + 1) {
      this.#descend(from);
      if (this.#cell < this.#leaf!.count) found = this.#rowidAt(this.#cell);
      else if (this.#last < from) return -1;
    }
    const { bytes } = this.#leaf!;
    let at = this.#leaf!.cell(this.#cell);
    const length = readVarint(bytes, at);
    at += varintLength(bytes, at);
    at += varintLength(bytes, at);
    this.#payload.set(bytes, at, length);
    this.record.parse(this.#payload.bytes, this.#payload.start, length);
    return found;
  }

  /** Goes to the next cell of the leaf if it is the first from a rowid on, and returns its rowid; else -1. */
  #nextFrom(rowid: number): number {
    if (this.#leaf === undefined || this.#cell + 1 >= this.#leaf.count) return -1;
    const next = this.#rowidAt(this.#cell + 1);
    if (next < rowid || this.#rowidAt(this.#cell) >= rowid) return -1;
    this.#cell++;
    return next;
  }

  #rowidAt(cell: number): number {
    const { bytes } = this.#leaf!, at = this.#leaf!.cell(cell);
    return readVarint(bytes, at + varintLength(bytes, at));
  }

  #descend(rowid: number): void {
    let number = this.#root;
    this.#last = -1;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const node = new Node(this.#file, number, TABLE_LEAF, TABLE_INTERIOR);
      if (node.isLeaf) {
        this.#leaf = node;
        this.#cell = firstCell(node.count, (cell) => this.#rowidAt(cell) >= rowid);
        return;
      }
      const keyOf = (cell: number) => readVarint(node.bytes, node.cell(cell) + 4);
      const cell = firstCell(node.count, (cell) => keyOf(cell) >= rowid);
      if (cell < node.count) this.#last = keyOf(cell);
      number = node.child(cell);
    }
    throw damaged("its pages name each other");
  }
}

/** Walks through an index of texts in order. */
export class IndexWalk {
  /** The entry: the indexed values, then the rowid. */
  readonly record: StoredRecord;
  #file: SqliteFile;
  #root: number;
  #payload: Payload;
  #key = new StoredRecord(1);
  #interior = new Map<number, Node>();
  #path: { node: Node; cell: number; isBelow: boolean }[] = [];

  /** `columns`: the values of an entry with the rowid. */
  constructor(file: SqliteFile, root: number, columns: number) {
    this.#file = file;
    this.#root = root;
    this.record = new StoredRecord(columns);
    this.#payload = new Payload(file, true);
    this.#push(root);
  }

  /** Goes to the next entry; false at the end. */
  next(): boolean {
    while (this.#path.length > 0) {
      const top = this.#path[this.#path.length - 1], { node } = top;
      if (!node.isLeaf && !top.isBelow) {
        top.isBelow = true;
        this.#push(node.child(top.cell));
      } else if (top.cell < node.count) {
        this.#read(node, top.cell++, this.record);
        top.isBelow = false;
        return true;
      } else this.#path.pop();
    }
    return false;
  }

  /** Goes before the first entry from a text on. */
  seek(from: Uint8Array): void {
    this.#path.length = 0;
    this.#push(this.#root);
    while (true) {
      const top = this.#path[this.#path.length - 1], { node } = top;
      top.cell = firstCell(node.count, (cell) => {
        this.#read(node, cell, this.#key);
        return compareKey(this.#key, from) >= 0;
      });
      if (node.isLeaf) return;
      top.isBelow = true;
      this.#push(node.child(top.cell));
    }
  }

  #push(number: number): void {
    if (this.#path.length >= MAX_DEPTH) throw damaged("its pages name each other");
    let node = this.#interior.get(number);
    if (node === undefined) {
      node = new Node(this.#file, number, INDEX_LEAF, INDEX_INTERIOR);
      if (this.#interior.size >= KEPT_NODES) this.#interior.clear();
      if (!node.isLeaf) this.#interior.set(number, node);
    }
    this.#path.push({ node, cell: 0, isBelow: false });
  }

  #read(node: Node, cell: number, record: StoredRecord): void {
    const at = node.cell(cell) + (node.isLeaf ? 0 : 4), length = readVarint(node.bytes, at);
    this.#payload.set(node.bytes, at + varintLength(node.bytes, at), length);
    record.parse(this.#payload.bytes, this.#payload.start, length);
  }
}

/** How an entry's first value compares with a text: NULL and numbers come before texts, bytes after them. */
export function compareKey(record: StoredRecord, text: Uint8Array): number {
  const type = record.types[0];
  if (type < 12) return -1;
  if ((type & 1) === 0) return 1;
  const { bytes } = record, start = record.starts[0], length = record.endOf(0) - start;
  const shared = Math.min(length, text.length);
  for (let i = 0; i < shared; i++) {
    const difference = bytes[start + i] - text[i];
    if (difference !== 0) return difference;
  }
  return length - text.length;
}

/** The first of `count` cells for which something holds, as it does for all after it; `count` if for none. */
function firstCell(count: number, holds: (cell: number) => boolean): number {
  let low = 0, high = count;
  while (low < high) {
    const middle = low + high >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function pageNumber(bytes: Uint8Array, at: number): number {
  return bytes[at] * 2 ** 24 + (bytes[at + 1] << 16 | bytes[at + 2] << 8 | bytes[at + 3]);
}
