import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { spillPath } from "../files/spill.ts";

const HEADER_SIZE = 100;
const COPY_SIZE = 1024 * 1024;

/**
 * A SQLite database of another program, open for reading. Neither it nor its folder is ever changed.
 *
 * A database that was closed properly is read in place. One in WAL mode, or with a log or journal beside it that holds
 * changes, can only be read by writing beside it; it is copied, with log and journal, into a temporary folder.
 */
export class UnchangedDatabase {
  readonly db: DatabaseSync;
  /** The database or its copy, whole in one file: others may read it, too, until this is closed. */
  readonly path: string;
  #path: string;
  #before: string;
  #copy: string | undefined;

  /**
   * `scratch` is where a temporary folder may be made, the system's by default.
   * Throws a `UsyncError` when it cannot be read and an `InputError` when it is no whole SQLite database.
   */
  constructor(path: string, scratch: string = tmpdir()) {
    this.#path = attempt(`Cannot read ${path}`, () => Deno.realPathSync(path));
    this.#before = this.#state();
    const header = attempt(`Cannot read ${path}`, () => readHeader(this.#path));
    const leftovers = ["-wal", "-journal"].filter((suffix) => sizeOf(this.#path + suffix) > 0);
    if (leftovers.length === 0) checkSize(header, sizeOf(this.#path));
    if (leftovers.length === 0 && header[18] !== 2) {
      this.db = attempt(`Cannot read ${path}`, () => new DatabaseSync(this.#path, { readOnly: true }));
      this.path = this.#path;
      return;
    }
    this.#copy = attempt(`Cannot make a folder in ${scratch}`, () => makeCopyFolder(scratch));
    try {
      const target = join(this.#copy, basename(this.#path));
      for (const suffix of ["", ...leftovers]) {
        attempt(`Cannot copy ${path} to ${this.#copy}`, () => copyFile(this.#path + suffix, target + suffix));
      }
      this.db = attempt(`Cannot read ${path}`, () => new DatabaseSync(target));
      this.path = target;
      this.db.exec("PRAGMA journal_mode = delete");
    } catch (error) {
      Deno.removeSync(this.#copy, { recursive: true });
      throw error;
    }
  }

  /** Throws an `InputError` when another program has changed the database since it was opened. */
  checkUnchanged(): void {
    if (this.#state() !== this.#before) {
      throw new InputError(
        "the database changed while it was read: close the program that uses it and import it again",
      );
    }
  }

  close(): void {
    this.db.close();
    if (this.#copy !== undefined) Deno.removeSync(this.#copy, { recursive: true });
  }

  /** What changes when another program writes. */
  #state(): string {
    return ["", "-wal", "-journal"].map((suffix) => {
      const info = statOf(this.#path + suffix);
      return info === undefined || info.size === 0 ? "none" : `${info.size} ${info.mtime?.getTime()}`;
    }).join();
  }
}

/** Its name is one of those that opening a store removes after a kill (`removeSpilled`). */
function makeCopyFolder(folder: string): string {
  const path = spillPath(folder);
  Deno.mkdirSync(path);
  return path;
}

function readHeader(path: string): Uint8Array {
  using file = Deno.openSync(path);
  const header = new Uint8Array(HEADER_SIZE);
  const length = file.readSync(header) ?? 0;
  const magic = new TextDecoder().decode(header.subarray(0, 16));
  if (length < HEADER_SIZE || magic !== "SQLite format 3\0") throw new InputError("not a SQLite database");
  return header;
}

/** Compares the file's size with the number of pages that its header names. */
function checkSize(header: Uint8Array, size: number): void {
  const view = new DataView(header.buffer);
  const valid = view.getUint32(24) === view.getUint32(92); // the count is kept up to date by this version of the format
  const pageSize = view.getUint16(16) === 1 ? 65536 : view.getUint16(16);
  const expected = view.getUint32(28) * pageSize;
  if (valid && size < expected) throw new InputError(`the database is cut off: ${size} of ${expected} bytes are there`);
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function sizeOf(path: string): number {
  return statOf(path)?.size ?? 0;
}

/** Copies content only: a read-only file's copy can be written, and removed again. */
function copyFile(from: string, to: string): void {
  using source = Deno.openSync(from);
  using target = Deno.createSync(to);
  const buffer = new Uint8Array(COPY_SIZE);
  for (let length; (length = source.readSync(buffer)) !== null;) {
    for (let at = 0; at < length;) at += target.writeSync(buffer.subarray(at, length));
  }
}

function attempt<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof UsyncError) throw cause;
    throw new UsyncError(`${what}: ${messageOf(cause)}`, { cause });
  }
}
