import { messageOf, UsyncError } from "../domain/errors.ts";
import { spillPath, unspill } from "../files/spill.ts";
import { readFile } from "../packings/read_file.ts";

/** Bytes that are kept in memory; what is more goes to a file. */
const MEMORY_BYTES = 8 * 2 ** 20;

/**
 * The bytes of an upload, kept until all have come: storing them must not wait for a slow client, because others wait
 * for the store meanwhile.
 */
export class SpilledUpload implements Disposable {
  #path: string;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #file: Deno.FsFile | undefined;

  private constructor(folder: string) {
    this.#path = spillPath(folder);
  }

  /** Takes all bytes; what does not fit into memory is put into a file in the folder. */
  static async fill(folder: string, bytes: AsyncIterable<Uint8Array>): Promise<SpilledUpload> {
    const upload = new SpilledUpload(folder);
    try {
      for await (const piece of bytes) await upload.#add(piece);
      return upload;
    } catch (error) {
      upload[Symbol.dispose]();
      throw error;
    }
  }

  async #add(piece: Uint8Array): Promise<void> {
    this.#size += piece.length;
    this.#pieces.push(piece);
    if (this.#size <= MEMORY_BYTES && !this.#file) return;
    try {
      this.#file ??= await Deno.open(this.#path, { createNew: true, write: true, mode: 0o600 });
      for (const piece of this.#pieces.splice(0)) {
        for (let at = 0; at < piece.length;) at += await this.#file.write(piece.subarray(at));
      }
    } catch (error) {
      throw new UsyncError(`Cannot keep the upload in ${this.#path}: ${messageOf(error)}`, {
        hint: "Free some space and send it again.",
        cause: error,
      });
    }
  }

  bytes(): AsyncIterable<Uint8Array> {
    return this.#file ? readFile(this.#path) : ReadableStream.from(this.#pieces);
  }

  [Symbol.dispose](): void {
    if (!this.#file) return;
    this.#file.close();
    unspill(this.#path);
  }
}
