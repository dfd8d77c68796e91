import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import type { Store } from "../../src/store/store.ts";
import { BACKENDS } from "../support/backends.ts";
import { runs } from "../support/effort.ts";
import { ModelStore } from "../support/model_store.ts";
import { askModel, askStore, type Operation } from "../support/operations.ts";
import { FEW_FILE_IDS, operationsOf } from "../support/random_operations.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const backends = BACKENDS.filter(({ missing }) => missing === undefined);

/** Random programs that are run; each runs on every backend. */
const RUNS = runs(4, 30);
const SEED = Number(Deno.env.get("USYNC_TEST_SEED") ?? Date.now() % 2 ** 31);

const programs = fc.array(operationsOf(fc.constantFrom(...FEW_FILE_IDS)), { minLength: 1, maxLength: 25 });

Deno.test("random programs give the same results on every backend as on a map of records", async () => {
  console.log(`USYNC_TEST_SEED=${SEED} USYNC_TEST_RUNS=${RUNS}`);
  await fc.assert(
    fc.asyncProperty(programs, (program) =>
      inTempFolder(async (folder) => {
        const model = new ModelStore(), stores: Store[] = [];
        try {
          for (const [i, backend] of backends.entries()) {
            mkdirSync(join(folder, `${i}`));
            stores.push(await backend.open(join(folder, `${i}`)));
          }
          for (const operation of [...program, { kind: "stream" } satisfies Operation]) {
            const expected = structuredClone(askModel(model, operation));
            const answers = await Promise.all(stores.map((store) => askStore(store, operation)));
            answers.forEach((answer, i) =>
              assert.deepEqual(answer, expected, `${backends[i].name}: ${JSON.stringify(operation)}`)
            );
          }
        } finally {
          for (const store of stores) await store.close();
        }
      })),
    { numRuns: RUNS, seed: SEED, verbose: 1 },
  );
});
