import type { FindListener, Input } from "../transfer/find_inputs.ts";
import { ImportEstimate } from "../transfer/import_estimate.ts";
import { InputImport } from "../transfer/import_inputs.ts";
import { type ImportOrigin, importRecord } from "../transfer/import_record.ts";
import type { ImportReport } from "../transfer/import_report.ts";
import type { Session } from "./session.ts";

/** How far an import is. */
export interface ImportStep {
  /** Segments read so far. */
  segments: number;
  /** Segments that there will be; undefined while nobody knows. */
  total: number | undefined;
  /** The input that is read now, or one of them. */
  item: string | undefined;
}

/** An import to run. */
export interface ImportRequest {
  by: ImportOrigin;
  /** What was asked for, as the history shows it. */
  paths: readonly string[];
  /** The inputs; called twice, the first time to see how much there is. */
  inputs: (listener: FindListener) => Iterable<Input>;
  stdin?: ReadableStream<Uint8Array>;
  /** Breaks the import off by throwing. */
  onProgress?: (step: ImportStep) => void;
  /** Told of each input that was stored, and of each of which nothing was. */
  onInput?: (name: string, isStored: boolean) => void;
}

/** Imports inputs into a store, and notes in its history what became of it, where there was one; errors of the store are thrown. */
export async function runImport(session: Session, request: ImportRequest): Promise<ImportReport> {
  const { by, paths, inputs, stdin, onProgress, onInput } = request, began = new Date();
  const estimate = new ImportEstimate(inputs({ refuse() {}, passOver() {} }));
  const load = session.bulkLoad({ expectedSegments: () => estimate.expectedSegments });
  const run = new InputImport(load, session.dataFolder, {
    ...{ stdin, estimate, onInput },
    onProgress: ({ segments }) =>
      onProgress?.({ segments, total: estimate.totalFor(segments), item: estimate.currentName }),
  });
  try {
    await run.run(inputs(run));
    await load.finish();
  } catch (error) {
    await load.finish().catch(() => {}); // what was stored before stays; the first error is told
    await session.noteImport(importRecord({ by, began, paths, report: run.report, error }));
    throw error;
  }
  const { inputs: stored, refused } = run.report;
  if (stored + refused > 0) await session.noteImport(importRecord({ by, began, paths, report: run.report }));
  return run.report;
}
