import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { openStore } from "../../src/mod.ts";
import { findInputs, namedInput } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import type { ImportReport } from "../../src/transfer/import_report.ts";
import { allOf } from "./records_of.ts";
import { inTempFolder } from "./temp_folder.ts";

/** What an import did, and what was in the store then. */
export interface Imported extends ImportReport {
  records: FileRecord[];
}

export type Import = (paths: string[], stdin?: Uint8Array) => Promise<Imported>;

/** Runs a test with what imports paths, or standard input, into a store that is empty again after; nothing put aside may be left. */
export function withImports(test: (imported: Import, folder: string) => Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const data = join(folder, "data");
    await using store = await openStore(data); // one for all imports of the test: a new one starts a thread
    await test(async (paths, stdin) => {
      const load = store.bulkLoad(),
        run = new InputImport(load, data, stdin && { stdin: ReadableStream.from([stdin]) });
      await run.run(stdin ? [namedInput("-")] : findInputs(paths, run));
      await load.finish();
      const records = await allOf(store);
      for (const { file_id } of records) await store.deleteFile(file_id);
      assert.deepEqual(readdirSync(data).filter((name) => name.startsWith("spill-")), []);
      return { ...run.report, records };
    }, folder);
  });
}

export const countsOf = ({ inputs, refused, added, segments }: ImportReport) => [inputs, refused, added, segments];

/** What was not stored, without the folder in front. */
export const refusals = ({ notes }: ImportReport) =>
  notes.filter(({ bad }) => bad).map(({ path, message }) => `${path.split(/[\\/]testdata[\\/]/).at(-1)}: ${message}`);
