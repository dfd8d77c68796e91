import { Reader } from "@zip.js/zip.js";

/** Reads a zip file where its index says, without loading it. */
export class ZipFileReader extends Reader<Deno.FsFile> {
  readonly #file: Deno.FsFile;

  constructor(file: Deno.FsFile) {
    super(file);
    this.#file = file;
  }

  override async init(): Promise<void> {
    this.size = (await this.#file.stat()).size;
    await super.init?.();
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    await this.#file.seek(index, Deno.SeekMode.Start);
    let done = 0;
    while (done < bytes.length) {
      const read = await this.#file.read(bytes.subarray(done));
      if (read === null) break;
      done += read;
    }
    return bytes.subarray(0, done);
  }
}
