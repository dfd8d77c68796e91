import { join } from "node:path";
import { readJsonState } from "../files/read.ts";
import { replaceFileNow } from "../files/replace.ts";
import { type ImportRecord, mergedUploads } from "../transfer/import_record.ts";

/** Imports that are kept. */
const MAX_IMPORTS = 200;

/** The last imports into a store, whoever asked for them: the file `imports.json` of its data folder. It may be removed. */
export class ImportHistory {
  readonly #path: string;
  /** Oldest first. */
  #records: ImportRecord[] = [];

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, "imports.json");
    const { imports } = readJsonState<{ imports: ImportRecord[] }>(this.#path);
    if (Array.isArray(imports)) this.#records = imports.slice(-MAX_IMPORTS);
  }

  /** Newest first. */
  get records(): ImportRecord[] {
    return this.#records.toReversed();
  }

  /** Adds an import that has ended, durably. */
  add(record: ImportRecord): void {
    const last = this.#records.at(-1), merged = last && mergedUploads(last, record);
    if (merged) this.#records[this.#records.length - 1] = merged;
    else this.#records = [...this.#records, record].slice(-MAX_IMPORTS);
    try {
      replaceFileNow(this.#path, JSON.stringify({ imports: this.#records }) + "\n");
    } catch {
      // a full disk: whoever asked for the import learns its outcome all the same
    }
  }
}
