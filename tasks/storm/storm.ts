/**
 * Does random things to stores, kills whatever works, and checks that nothing is lost: `deno task storm --help`.
 */
import { join } from "node:path";
import { Command } from "commander";
import { CAN_MOUNT } from "../../tests/support/small_disk.ts";
import { StormDisk } from "./storm_disk.ts";
import { runStorm, type StormReport } from "./run_storm.ts";
import { createDatabase, StormServer } from "./storm_server.ts";

const LIVES = 30;

const { minutes, seed: given } = new Command("storm")
  .option("--minutes <n>", "goes on with the next seeds for so long; one seed without", Number, 0)
  .option("--seed <n>", "the (first) seed; a random one without", Number)
  .parse(Deno.args, { from: "user" })
  .opts<{ minutes: number; seed?: number }>();

function describe({ tiers, ...counts }: StormReport): string {
  return `${JSON.stringify(counts)}, tiers ${[...tiers].join(", ")}`;
}

const end = performance.now() + minutes * 60_000;
const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync-storm-" }));
if (Deno.build.os !== "windows") await Deno.chmod(folder, 0o755); // root runs PostgreSQL as another account
const server = new StormServer(join(folder, "server"), true);
let seed = given ?? Math.floor(Math.random() * 1e6), failed = false;
try {
  await server.install();
  const connection = await server.start();
  do {
    console.log(`seed ${seed}`);
    const place = join(folder, `seed ${seed} ü`);
    try {
      const disk = CAN_MOUNT ? await StormDisk.mount(place) : undefined;
      const url = await createDatabase(connection, `storm_${seed}`);
      console.log(
        `  ${describe(await runStorm({ seed, lives: LIVES, folder: place, named: { url, server }, own: true, disk }))}`,
      );
      await (disk ? disk.unmount() : Deno.remove(place, { recursive: true }));
    } catch (error) {
      failed = true;
      console.error(error);
      console.error(`\nThe store and story.log are in ${place}. Again: deno task storm --seed ${seed}`);
    }
    seed++;
  } while (!failed && performance.now() < end);
} finally {
  await server.stop();
  if (!failed) await Deno.remove(folder, { recursive: true });
}
Deno.exit(failed ? 1 : 0);
