import { FILE_NUMBERS, FileNumber, filesOf, type PackedBatch, type RoutedBatch } from "../store/packed_batch.ts";
import { SourceSize } from "../store/source_size.ts";
import { SpillFile } from "../store/spill_file.ts";
import type { BulkLoad, PutCounts } from "../store/store.ts";

/** What was read of an input that is stored as a whole or not at all, until it has ended well. */
export class HeldInput {
  readonly #spill: SpillFile;
  readonly #size = new SourceSize();
  /** The id of the first file that was read. */
  firstFile: string | null = null;

  /** `folder`: for what is too much for the memory; `close` removes it. */
  constructor(folder: string) {
    this.#spill = new SpillFile(folder);
  }

  add(batches: RoutedBatch[]): void {
    for (const routed of batches) {
      this.#measure(routed.batch);
      this.#spill.add(routed);
    }
  }

  #measure(batch: PackedBatch): void {
    let file = 0;
    for (const { head, segments } of filesOf(batch)) {
      this.firstFile ??= head.file_id;
      const content_bytes = batch.numbers[file++ * FILE_NUMBERS + FileNumber.size];
      this.#size.add({ file_id: head.file_id, segments, content_bytes });
    }
  }

  /** Stores all of it. */
  store(load: BulkLoad): Promise<PutCounts> {
    return load.putBatches(this.#spill.batches(), { source: this.#size });
  }

  /** May be called again. */
  close(): void {
    this.#spill.close();
  }
}
