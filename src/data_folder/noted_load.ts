import type { FileRecord } from "../domain/records.ts";
import type { Backend } from "../store/backend.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import type { ChangeLog } from "./change_log.ts";

type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

/** Files that are noted, and loaded through the gate, at a time while a migration is on its way. */
const CHUNK = 1000;

/**
 * A load into whichever backend is in charge. While a migration is on its way it goes in chunks, so that the switch finds a
 * moment between them; what is stored as a whole or not at all stays whole.
 */
export class NotedLoad implements BulkLoad {
  #backend: () => Backend;
  #pass: <T>(write: () => Promise<T>) => Promise<T>;
  #log: () => ChangeLog | undefined;
  #loads = new Map<Backend, BulkLoad>();

  constructor(
    backend: () => Backend,
    pass: <T>(write: () => Promise<T>) => Promise<T>,
    log: () => ChangeLog | undefined,
  ) {
    this.#backend = backend;
    this.#pass = pass;
    this.#log = log;
  }

  /** The load of the backend in charge. One that is in charge no more was finished before the switch. */
  #load(): BulkLoad {
    const backend = this.#backend();
    let load = this.#loads.get(backend);
    if (!load) this.#loads = new Map([[backend, load = backend.bulkLoad()]]);
    return load;
  }

  put(files: Files, options: { allOrNothing?: boolean; onProgress?: OnProgress } = {}): Promise<PutCounts> {
    if (this.#log() && !options.allOrNothing) return this.#putChunks(files, options.onProgress);
    return this.#pass(() => this.#putNoted(files, options));
  }

  async #putChunks(files: Files, onProgress?: OnProgress): Promise<PutCounts> {
    const counts: PutCounts = { added: 0, replaced: 0, unchanged: 0, segments: 0 };
    const done = { files: 0, segments: 0 };
    const put = async (chunk: FileRecord[]) => {
      const part = await this.#pass(() => this.#putNoted(chunk, {}));
      for (const key of Object.keys(counts) as (keyof PutCounts)[]) counts[key] += part[key];
      done.files += chunk.length;
      done.segments += chunk.reduce((sum, { segments }) => sum + segments.length, 0);
      onProgress?.(done);
    };
    for await (const chunk of chunksOf(files)) await put(chunk);
    return counts;
  }

  async #putNoted(files: Files, options: { allOrNothing?: boolean; onProgress?: OnProgress }): Promise<PutCounts> {
    const log = this.#log();
    if (!log) return await this.#load().put(files, options);
    const noted = new Set<string>();
    const notingAll = async function* () {
      for await (const chunk of chunksOf(files)) {
        const fileIds = chunk.map(({ file_id }) => file_id);
        for (const fileId of fileIds) noted.add(fileId);
        await log.record(fileIds);
        yield* chunk;
      }
    };
    const load = this.#load();
    try {
      return await load.put(notingAll(), options);
    } finally {
      await load.finish();
      log.recordAgain([...noted]);
    }
  }

  finish(): Promise<void> {
    return this.#pass(() => this.#load().finish());
  }
}

async function* chunksOf(files: Files): AsyncGenerator<FileRecord[]> {
  let chunk: FileRecord[] = [];
  for await (const file of files) {
    chunk.push(file);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
