import { messageOf, UsyncError } from "../domain/errors.ts";
import { remove, whileHeld } from "./held.ts";

const OPEN = { read: true, write: true, create: true, mode: 0o600 };

/** What became of a lock that failed: false when another holds it, which Windows may report as an error. Else it throws. */
function cannotLock(error: unknown, file: Deno.FsFile, path: string): false {
  if (/os error 33\)/.test(messageOf(error))) return false;
  file.close();
  throw new UsyncError(`Cannot lock ${path}: ${messageOf(error)}`, {
    hint: "The disk must know locks of files. Some network folders do not: choose a folder on a disk of this machine.",
    cause: error,
  });
}

/**
 * A lock that the operating system holds on a file for as long as this process has it open, so that it goes away with
 * the process however that ends. Closing the file releases it.
 */
export class FileLock implements Disposable {
  #file: Deno.FsFile | undefined;
  readonly #path: string;

  private constructor(file: Deno.FsFile, path: string) {
    this.#file = file;
    this.#path = path;
  }

  /** The lock, or undefined if another holds it in a way that excludes this one. */
  static async try(path: string, mode: "exclusive" | "shared"): Promise<FileLock | undefined> {
    const file = await whileHeld(() => Deno.open(path, OPEN));
    const isOurs = await file.tryLock(mode === "exclusive").catch((error) => cannotLock(error, file, path));
    if (isOurs) return new FileLock(file, path);
    file.close();
    return undefined;
  }

  /** `try` for what must be done before anything else runs. */
  static tryNow(path: string): FileLock | undefined {
    return FileLock.#lockNow(Deno.openSync(path, OPEN), path, "exclusive");
  }

  /** A shared lock on a file that may only be read, or undefined if another holds it alone. */
  static tryReading(path: string): FileLock | undefined {
    return FileLock.#lockNow(Deno.openSync(path, { read: true }), path, "shared");
  }

  static #lockNow(file: Deno.FsFile, path: string, mode: "exclusive" | "shared"): FileLock | undefined {
    let isOurs: boolean;
    try {
      isOurs = file.tryLockSync(mode === "exclusive");
    } catch (error) {
      isOurs = cannotLock(error, file, path);
    }
    if (isOurs) return new FileLock(file, path);
    file.close();
    return undefined;
  }

  /**
   * The exclusive lock, waited for. `action` reads on after "Cannot".
   * @throws {UsyncError} when another program still holds it after `waitMs`
   */
  static async wait(
    path: string,
    action: string,
    options: { waitMs: number; waiting?: () => void },
  ): Promise<FileLock> {
    const end = Date.now() + options.waitMs;
    for (let told = false;;) {
      const lock = await FileLock.try(path, "exclusive");
      if (lock !== undefined) return lock;
      if (Date.now() > end) {
        throw new UsyncError(`Cannot ${action}: another usync-db is working on this PostgreSQL (${path} is locked)`, {
          hint: "Wait until it has finished, or end that program, and run the command again.",
        });
      }
      if (!told) options.waiting?.();
      told = true;
      await new Promise((done) => setTimeout(done, 200));
    }
  }

  /** Releases the lock and removes its file. */
  async removeFile(): Promise<void> {
    this[Symbol.dispose]();
    await remove(this.#path);
  }

  [Symbol.dispose](): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
