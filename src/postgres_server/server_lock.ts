import { UsyncError } from "../domain/errors.ts";
import { remove, whileHeld } from "./file_access.ts";

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
    const file = await whileHeld(() => Deno.open(path, { read: true, write: true, create: true, mode: 0o600 }));
    if (await file.tryLock(mode === "exclusive")) return new FileLock(file, path);
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
