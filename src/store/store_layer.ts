import type { FileRecord } from "../domain/records.ts";
import type {
  BulkLoad,
  LoadOptions,
  OnProgress,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Store,
  Tier,
} from "./store.ts";

/** A store around another: what it does not do itself it passes on. */
export class StoreLayer implements Store {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  get tier(): Tier {
    return this.#store.tier;
  }

  putFile(file: FileRecord) {
    return this.#store.putFile(file);
  }

  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>) {
    return this.#store.putFiles(files);
  }

  bulkLoad(options?: LoadOptions): BulkLoad {
    return this.#store.bulkLoad(options);
  }

  updateSegments(updates: SegmentUpdate[]) {
    return this.#store.updateSegments(updates);
  }

  deleteFile(fileId: string) {
    return this.#store.deleteFile(fileId);
  }

  file(fileId: string) {
    return this.#store.file(fileId);
  }

  record(fileId: string) {
    return this.#store.record(fileId);
  }

  segments(fileId: string, options?: SegmentsOptions) {
    return this.#store.segments(fileId, options);
  }

  findMessageId(messageId: string) {
    return this.#store.findMessageId(messageId);
  }

  findSegments(messageId: string, options?: { limit?: number }) {
    return this.#store.findSegments(messageId, options);
  }

  pending(options?: { limit?: number; after?: SegmentPlace }) {
    return this.#store.pending(options);
  }

  newest(options?: { limit?: number; after?: string }) {
    return this.#store.newest(options);
  }

  folders(options?: { limit?: number; after?: string }) {
    return this.#store.folders(options);
  }

  files(options?: { folder?: string; limit?: number; after?: string }) {
    return this.#store.files(options);
  }

  search(words: string, options?: { limit?: number; after?: string }) {
    return this.#store.search(words, options);
  }

  totals() {
    return this.#store.totals();
  }

  stream() {
    return this.#store.stream();
  }

  verify(onProgress?: OnProgress) {
    return this.#store.verify(onProgress);
  }

  optimize() {
    return this.#store.optimize();
  }

  close() {
    return this.#store.close();
  }
}
