import type { FileRecord } from "../domain/records.ts";
import { StoreLayer } from "../store/store_layer.ts";
import {
  type Answer,
  type Args,
  CHANGES,
  type Changes,
  QUERIES,
  type Queries,
  type Query,
} from "../store/operations.ts";
import type { BulkLoad, LoadOptions, OnProgress, PutCounts, PutOptions, Store } from "../store/store.ts";
import type { Stopwatch } from "./stopwatch.ts";

type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

/** A store whose operations are timed. */
export class MeasuredStore extends StoreLayer {
  readonly #watch: Stopwatch;

  constructor(store: Store, watch: Stopwatch) {
    super(store);
    this.#watch = watch;
  }

  protected override query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>> {
    const { metric, sizeOf }: Query<N> = QUERIES[name];
    return this.#watch.time(metric, () => super.query(name, args), sizeOf);
  }

  protected override change<N extends keyof Changes>(name: N, args: Args<N>): Promise<Answer<N>> {
    return this.#watch.time(CHANGES[name].metric, () => super.change(name, args));
  }

  override putFiles(files: Files) {
    return this.#watch.time("bulk write", () => this.#watch.during("load", () => super.putFiles(files)));
  }

  override bulkLoad(options?: LoadOptions): BulkLoad {
    return new MeasuredLoad(super.bulkLoad(options), this.#watch);
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
