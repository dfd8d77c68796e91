import type { FileRecord } from "../domain/records.ts";
import type { Backend } from "../store/backend.ts";
import { FILE_NUMBERS, FileNumber, filesOf, type PackedBatch, type RoutedBatch } from "../store/packed_batch.ts";
import { type LoadTarget, PackedLoad } from "../store/packed_load.ts";
import { SourceSize } from "../store/source_size.ts";
import type { BulkLoad, LoadOptions, PutCounts, PutOptions } from "../store/store.ts";
import type { LoadProgress, WriteObserver } from "./write_observer.ts";

type Files = Iterable<FileRecord> | AsyncIterable<FileRecord>;

/** What a load needs of the store of a data folder. */
export interface LoadContext {
  /** Where batches are kept that must wait. */
  scratchFolder: string;
  /** The backend in charge. */
  backend(): Backend;
  /** Writes files into the backend in charge, recorded for a migration that is on its way. */
  write(fileIds: () => string[], write: (backend: Backend) => Promise<PutCounts>): Promise<PutCounts>;
  /** Waits while a migration falls behind what is written. */
  room(): Promise<void>;
  /** Makes everything durable and ready to query. */
  finish(): Promise<void>;
  /** Undefined where nobody watches. */
  observer(): WriteObserver | undefined;
}

/**
 * A load into whichever backend is in charge, whose changes are recorded for a running migration. It writes batch by batch,
 * so that a switch finds a moment between two of them; what was packed for other shards is split.
 */
export class TrackedLoad implements BulkLoad, LoadProgress {
  storedSegments = 0;
  readonly #context: LoadContext;
  readonly #options: LoadOptions;
  readonly #load: PackedLoad;
  /** Segments of all files that were put, also of those that were there already. */
  #putSegments = 0;
  /** Settles when the backend has been given all batches so far. */
  #handedOver: Promise<void> = Promise.resolve();

  constructor(context: LoadContext, options: LoadOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#load = new PackedLoad(this.#target(), context.scratchFolder, context.finish);
  }

  get shards(): number {
    return this.#context.backend().shards;
  }

  /** Of what will be read as much is expected to be new as was until now. */
  expectedSegments(): number | undefined {
    const read = this.#options.expectedSegments?.();
    return read === undefined || this.#putSegments === 0 ? undefined : read * this.storedSegments / this.#putSegments;
  }

  put(files: Files, options: PutOptions = {}): Promise<PutCounts> {
    if (!options.allOrNothing || !this.#context.observer()) return this.#load.put(files, options);
    const size = new SourceSize();
    return this.#load.put(measured(files, size), { ...options, beforeSending: () => this.#beforeMore(size) });
  }

  async putBatches(
    batches: Iterable<RoutedBatch> | AsyncIterable<RoutedBatch>,
    { source }: { source?: SourceSize } = {},
  ): Promise<PutCounts> {
    if (source) await this.#beforeMore(source);
    return await this.#load.putBatches(batches);
  }

  async finish(): Promise<void> {
    await this.#context.finish();
    await this.#context.observer()?.loadEnded();
  }

  async #beforeMore(source?: SourceSize): Promise<void> {
    await this.#context.observer()?.beforeMore(this, source);
  }

  #target(): LoadTarget {
    const context = this.#context;
    return {
      get shards() {
        return context.backend().shards;
      },
      put: (batch) => this.#put(batch),
      room: async () => {
        await this.#handedOver;
        await this.#beforeMore();
        await context.room();
        await context.backend().loadTarget().room();
      },
    };
  }

  async #put(routed: RoutedBatch): Promise<PutCounts> {
    const before = this.#handedOver, { promise, resolve } = Promise.withResolvers<void>();
    this.#handedOver = promise;
    const segments = sumOf(routed.batch, FileNumber.segments), content_bytes = sumOf(routed.batch, FileNumber.size);
    try {
      await before;
      const counts = await this.#context.write(() => fileIdsOf(routed.batch), (backend) => {
        const stored = backend.loadTarget().put(routed);
        resolve();
        return stored;
      });
      this.#putSegments += segments;
      this.storedSegments += counts.segments;
      if (counts.added + counts.replaced > 0) {
        this.#context.observer()?.wrote({ segments: counts.segments, content_bytes });
      }
      return counts;
    } finally {
      resolve();
    }
  }
}

/** Files as they come, with how much they are. */
async function* measured(files: Files, size: SourceSize): AsyncGenerator<FileRecord> {
  for await (const file of files) {
    yield file;
    size.add({ file_id: file.file_id, segments: file.segments?.length ?? 0, content_bytes: file.size });
  }
}

function fileIdsOf(batch: PackedBatch): string[] {
  return Array.from(filesOf(batch), ({ head }) => head.file_id);
}

function sumOf({ files, numbers }: PackedBatch, of: number): number {
  let sum = 0;
  for (let file = 0; file < files; file++) sum += numbers[file * FILE_NUMBERS + of];
  return sum;
}
