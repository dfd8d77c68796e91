import type { FileRecord } from "../domain/records.ts";
import { OperationLayer, run } from "./operation_layer.ts";
import type { Answer, Args, Changes, Queries } from "./operations.ts";
import type { BulkLoad, LoadOptions, OnProgress, Store, Tier } from "./store.ts";

/** A store around another: what it does not do itself it passes on. */
export class StoreLayer extends OperationLayer implements Store {
  readonly #store: Store;

  constructor(store: Store) {
    super();
    this.#store = store;
  }

  get tier(): Tier {
    return this.#store.tier;
  }

  protected query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>> {
    return run(this.#store, name, args);
  }

  protected change<N extends keyof Changes>(name: N, args: Args<N>): Promise<Answer<N>> {
    return run(this.#store, name, args);
  }

  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>) {
    return this.#store.putFiles(files);
  }

  bulkLoad(options?: LoadOptions): BulkLoad {
    return this.#store.bulkLoad(options);
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
