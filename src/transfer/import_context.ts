import { filesOf, type PackedBatch, type RoutedBatch } from "../store/packed_batch.ts";
import { addCounts } from "../store/put_counts.ts";
import type { BulkLoad, OnProgress, PutCounts } from "../store/store.ts";
import { BatchChannel } from "./batch_channel.ts";
import type { ImportEstimate } from "./import_estimate.ts";
import { type ImportReport, ReportBuilder } from "./import_report.ts";

/** What an import may be given besides its inputs. */
export interface ImportOptions {
  /** Standard input, for the input whose path is "-". */
  stdin?: ReadableStream<Uint8Array>;
  onProgress?: OnProgress;
  /** Told what was read of the inputs. */
  estimate?: ImportEstimate;
  /** Told of each input that was stored, and of each of which nothing was. Those of an archive have its name in front. */
  onInput?: (name: string, isStored: boolean) => void;
}

/** What all roads of an import share: where its files go, and what is reported. */
export class ImportContext {
  readonly load: BulkLoad;
  /** The folder for what must wait or lie in a file of its own, and for copies of databases. */
  readonly scratch: string;
  readonly options: ImportOptions;
  readonly results: ReportBuilder;
  readonly #done = { files: 0, segments: 0 };

  constructor(load: BulkLoad, scratch: string, options: ImportOptions) {
    this.load = load;
    this.scratch = scratch;
    this.options = options;
    this.results = new ReportBuilder(options.onInput);
  }

  get report(): ImportReport {
    return this.results.report;
  }

  /** Stores batches as they come from several senders. */
  async storing(send: (send: (batches: RoutedBatch[]) => Promise<void>) => Promise<void>): Promise<PutCounts> {
    const channel = new BatchChannel(), stored = this.load.putBatches(channel.batches());
    stored.catch((error) => channel.fail(error));
    try {
      await send((batches) => {
        const first = batches.find(({ batch }) => batch.files > 0);
        if (first && !this.report.first_file) this.results.storing(firstFileOf(first.batch));
        return channel.send(batches);
      });
    } finally {
      channel.end();
      await stored.then((counts) => addCounts(this.report, counts), () => {}); // its error is thrown below, or was by `send`
    }
    return await stored;
  }

  progress({ files, segments }: { files: number; segments: number }): void {
    this.#done.files += files;
    this.#done.segments += segments;
    this.options.onProgress?.(this.#done);
  }
}

function firstFileOf(batch: PackedBatch): string {
  const [{ head }] = filesOf(batch);
  return head.file_id;
}
