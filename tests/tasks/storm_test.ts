import assert from "node:assert/strict";
import { join } from "node:path";
import { runStorm, type StormReport } from "../../tasks/storm/run_storm.ts";
import { createDatabase, StormServer } from "../../tasks/storm/storm_server.ts";
import { testFolder } from "../postgres_server/test_folder.ts";

const WINDOWS = Deno.build.os === "windows";

/** Seeds, and lives of each; `deno task storm --seed SEED` lives on. Those that once found something stay here. */
const STORMS: [seed: number, lives: number][] = WINDOWS ? [[3, 3], [8, 4]] : [[2, 8], [3, 6], [4, 8], [8, 10]];

Deno.test("short storms of operations, moves, kills and restarts lose nothing and leave nothing behind", async () => {
  const folder = await testFolder("storm ü");
  const server = new StormServer(join(folder.path, "server"), true), reports: StormReport[] = [];
  try {
    await server.install();
    const connection = await server.start();
    for (const [seed, lives] of STORMS) {
      const place = join(folder.path, `seed ${seed}`), url = await createDatabase(connection, `storm_${seed}`);
      try {
        reports.push(await runStorm({ seed, lives, folder: place, named: { url, server }, own: true }));
      } catch (error) {
        console.error(`The store and story.log are in ${place}. Again: deno task storm --seed ${seed}`);
        throw error;
      }
    }
  } finally {
    await server.stop();
  }
  const sum = (key: "kills" | "killsAtWork") => reports.reduce((total, report) => total + report[key], 0);
  console.log(`${sum("kills")} kills, ${sum("killsAtWork")} while something was done`);
  assert.ok(sum("killsAtWork") > 0);
  await folder[Symbol.asyncDispose]();
});
