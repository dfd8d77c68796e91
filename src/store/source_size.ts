import { Buffer } from "node:buffer";

/** How much a file brings. */
export interface FileSize {
  file_id: string;
  segments: number;
  content_bytes: number;
}

/** Files of which a source remembers more than their sum. */
const MAX_SAMPLE = 1000;

/** How much a source brings in all, with some of its files, evenly spread, to see how much of it is stored already. */
export class SourceSize {
  segments = 0;
  content_bytes = 0;
  #sample: FileSize[] = [];
  #files = 0;
  #every = 1;

  /** At most 1,000 of the files. */
  get sample(): readonly FileSize[] {
    return this.#sample;
  }

  add(file: FileSize): void {
    this.segments += file.segments;
    this.content_bytes += file.content_bytes;
    if (this.#files++ % this.#every !== 0) return;
    if (this.#sample.length === MAX_SAMPLE) {
      this.#sample = this.#sample.filter((_, i) => i % 2 === 0);
      this.#every *= 2;
      if ((this.#files - 1) % this.#every !== 0) return;
    }
    this.#sample.push({ ...file, file_id: copyOf(file.file_id) });
  }
}

/** A text of its own: one that was cut off a long text keeps all of that in memory. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
