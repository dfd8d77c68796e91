import type { FileRecord } from "../domain/records.ts";
import { StoreLayer } from "../store/store_layer.ts";
import type {
  BulkLoad,
  LoadOptions,
  OnProgress,
  PutCounts,
  PutOptions,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Store,
} from "../store/store.ts";
import type { Stopwatch } from "./stopwatch.ts";

type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

const lengthOf = (list: unknown[] | undefined) => list?.length ?? 0;

/** A store whose operations are timed. */
export class MeasuredStore extends StoreLayer {
  readonly #watch: Stopwatch;

  constructor(store: Store, watch: Stopwatch) {
    super(store);
    this.#watch = watch;
  }

  override putFile(file: FileRecord) {
    return this.#watch.time("write", () => super.putFile(file));
  }

  override putFiles(files: Files) {
    return this.#watch.time("bulk write", () => this.#watch.during("load", () => super.putFiles(files)));
  }

  override bulkLoad(options?: LoadOptions): BulkLoad {
    return new MeasuredLoad(super.bulkLoad(options), this.#watch);
  }

  override updateSegments(updates: SegmentUpdate[]) {
    return this.#watch.time("update", () => super.updateSegments(updates));
  }

  override deleteFile(fileId: string) {
    return this.#watch.time("delete", () => super.deleteFile(fileId));
  }

  override file(fileId: string) {
    return this.#watch.time("file", () => super.file(fileId));
  }

  override record(fileId: string) {
    return this.#watch.time("file read", () => super.record(fileId), (record) => lengthOf(record?.segments));
  }

  override segments(fileId: string, options?: SegmentsOptions) {
    return this.#watch.time("file read", () => super.segments(fileId, options), lengthOf);
  }

  override findMessageId(messageId: string) {
    return this.#watch.time("lookup", () => super.findMessageId(messageId));
  }

  override findSegments(messageId: string, options?: { limit?: number }) {
    return this.#watch.time("lookup", () => super.findSegments(messageId, options), ({ found }) => found.length);
  }

  override pending(options?: { limit?: number; after?: SegmentPlace }) {
    return this.#watch.time("pending", () => super.pending(options), lengthOf);
  }

  override files(options?: { folder?: string; limit?: number; after?: string }) {
    return this.#watch.time("files", () => super.files(options), lengthOf);
  }

  override newest(options?: { limit?: number; after?: string }) {
    return this.#watch.time("files", () => super.newest(options), ({ files }) => files.length);
  }

  override folders(options?: { limit?: number; after?: string }) {
    return this.#watch.time("files", () => super.folders(options), lengthOf);
  }

  override search(words: string, options?: { limit?: number; after?: string }) {
    return this.#watch.time("search", () => super.search(words, options), ({ files }) => files.length);
  }

  override totals() {
    return this.#watch.time("totals", () => super.totals());
  }

  override async *stream() {
    const end = this.#watch.begin("upkeep");
    try {
      yield* super.stream();
    } finally {
      end();
    }
  }

  override verify(onProgress?: OnProgress) {
    return this.#watch.time("verify", () => this.#watch.during("upkeep", () => super.verify(onProgress)));
  }

  override optimize() {
    return this.#watch.time("optimize", () => this.#watch.during("upkeep", () => super.optimize()));
  }
}

/** A load whose sources are timed one by one. */
class MeasuredLoad implements BulkLoad {
  readonly #load: BulkLoad;
  readonly #watch: Stopwatch;

  constructor(load: BulkLoad, watch: Stopwatch) {
    this.#load = load;
    this.#watch = watch;
  }

  get shards(): number {
    return this.#load.shards;
  }

  put(files: Files, options?: PutOptions): Promise<PutCounts> {
    return this.#time(() => this.#load.put(files, options));
  }

  putBatches(...args: Parameters<BulkLoad["putBatches"]>): Promise<PutCounts> {
    return this.#time(() => this.#load.putBatches(...args));
  }

  finish(): Promise<void> {
    return this.#time(() => this.#load.finish());
  }

  #time<T>(work: () => Promise<T>): Promise<T> {
    return this.#watch.time("bulk write", () => this.#watch.during("load", work));
  }
}
