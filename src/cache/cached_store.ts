import { LRUCache } from "lru-cache";
import { bareMessageId, type FileRecord } from "../domain/records.ts";
import {
  type Answer,
  type Args,
  type Change,
  CHANGES,
  type Changes,
  QUERIES,
  type Queries,
  type Query,
} from "../store/operations.ts";
import { StoreLayer } from "../store/store_layer.ts";
import type { BulkLoad, LoadOptions, Store } from "../store/store.ts";
import { Benefit } from "./benefit.ts";
import type { CacheUse } from "./cache_use.ts";

type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

/** Bytes that the cache may take, and one entry of it. */
const MOST_BYTES = 32 * 2 ** 20, MOST_ENTRY_BYTES = 2 ** 20;
/** Bytes that an entry takes besides its text, about. */
const ENTRY_BYTES = 300;

/** What was read, as JSON, so that every reader has a copy of its own; null for what is not there. */
interface Entry {
  text: string | null;
  /** The file that the entry is about; null where there is none. */
  fileId: string | null;
}

/**
 * A store that keeps what is read often: files, and segments by their Message-ID. An entry goes before a write begins that
 * may change it, and nothing is kept that was read while any write was on its way, so that none is ever stale.
 */
export class CachedStore extends StoreLayer {
  #benefit = new Benefit();
  #entries = new LRUCache<string, Entry>({
    maxSize: MOST_BYTES,
    maxEntrySize: MOST_ENTRY_BYTES,
    sizeCalculation: ({ text }, key) => ENTRY_BYTES + 2 * (key.length + (text?.length ?? 0)),
    dispose: ({ fileId }, key) => this.#forgetKey(fileId, key),
  });
  /** The keys of the entries about a file. */
  #keysOfFile = new Map<string, Set<string>>();
  #hits = 0;
  #misses = 0;
  /** Writes on their way, and of them bulk loads, of which nobody knows what they will change. */
  #writing = 0;
  #loading = 0;
  /** Counts the beginnings of writes. */
  #writes = 0;

  constructor(store: Store) {
    super(store);
  }

  /** What it holds and was good for. */
  get use(): CacheUse {
    const { size: entries, calculatedSize: bytes } = this.#entries;
    return { entries, bytes, hits: this.#hits, misses: this.#misses, on: this.#benefit.isOn };
  }

  // Reads

  protected override query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>> {
    const { cache }: Query<N> = QUERIES[name];
    if (!cache) return super.query(name, args);
    const key = keyOf(name, cache.keyOf(...args));
    return this.#read(key, () => super.query(name, args), (answer) => cache.fileIdOf(answer, ...args));
  }

  async #read<T>(key: string, read: () => Promise<T>, fileIdOf: (result: T) => string | null): Promise<T> {
    if (!this.#benefit.isOn || this.#loading > 0) {
      this.#misses++;
      this.#benefit.passed();
      return await read();
    }
    const begun = performance.now(), entry = this.#entries.get(key);
    if (entry) {
      this.#hits++;
      const result = entry.text === null ? undefined : JSON.parse(entry.text);
      this.#benefit.hit(performance.now() - begun);
      return result;
    }
    this.#misses++;
    const writes = this.#writes, result = await read(), readAt = performance.now();
    if (this.#writing === 0 && this.#writes === writes) this.#keep(key, result, fileIdOf(result));
    this.#benefit.miss(readAt - begun, performance.now() - readAt);
    return result;
  }

  #keep(key: string, result: unknown, fileId: string | null): void {
    this.#entries.set(key, { text: result === undefined ? null : JSON.stringify(result), fileId });
    if (fileId === null || !this.#entries.has(key)) return; // too large to be kept
    const keys = this.#keysOfFile.get(fileId);
    if (keys) keys.add(key);
    else this.#keysOfFile.set(fileId, new Set([key]));
  }

  #forgetKey(fileId: string | null, key: string): void {
    const keys = fileId === null ? undefined : this.#keysOfFile.get(fileId);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOfFile.delete(fileId!);
  }

  // Writes

  protected override change<N extends keyof Changes>(name: N, args: Args<N>): Promise<Answer<N>> {
    const { fileIds, messageIds }: Change<N> = CHANGES[name];
    return this.#write(() => [fileIds(...args), messageIds(...args)], () => super.change(name, args));
  }

  override putFiles(files: Files) {
    return this.#load(() => super.putFiles(files));
  }

  override bulkLoad(options?: LoadOptions): BulkLoad {
    const load = super.bulkLoad(options);
    return {
      get shards() {
        return load.shards;
      },
      put: (files, options) => this.#load(() => load.put(files, options)),
      putBatches: (batches, options) => this.#load(() => load.putBatches(batches, options)),
      finish: () => this.#load(() => load.finish()),
    };
  }

  /** Runs a write after everything is forgotten that it may change. */
  async #write<T>(
    changed: () => [fileIds: string[], messageIds: (string | null | undefined)[]],
    write: () => Promise<T>,
  ): Promise<T> {
    this.#writing++;
    this.#writes++;
    try {
      const [fileIds, messageIds] = changed();
      for (const fileId of fileIds) this.#forgetFile(fileId);
      for (const messageId of messageIds) {
        if (typeof messageId === "string") this.#entries.delete(keyOf("findMessageId", bareMessageId(messageId)));
      }
      return await write();
    } finally {
      this.#writing--;
    }
  }

  #forgetFile(fileId: string): void {
    for (const key of [...this.#keysOfFile.get(fileId) ?? []]) this.#entries.delete(key);
  }

  async #load<T>(load: () => Promise<T>): Promise<T> {
    this.#loading++;
    this.#writing++;
    this.#writes++;
    try {
      this.#entries.clear();
      return await load();
    } finally {
      this.#loading--;
      this.#writing--;
    }
  }
}

function keyOf(name: string, question: string): string {
  return `${name} ${question}`;
}
