import assert from "node:assert/strict";
import { join } from "node:path";
import { canRun } from "../../tasks/bench/run_step.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { Service } from "../../src/service/service.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** Prometheus's own tool, which reads metrics as Prometheus does. */
const PROMTOOL = await canRun("promtool", "--version");

async function promtool(metrics: string): Promise<string> {
  const args = ["check", "metrics"];
  const child = new Deno.Command("promtool", { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  await new Blob([metrics]).stream().pipeTo(child.stdin);
  const { success, stderr } = await child.output(), text = new TextDecoder().decode(stderr);
  return success ? "" : text || "promtool failed";
}

/** The value of a sample. */
function sample(metrics: string, name: string): number {
  const line = metrics.split("\n").find((line) => line.startsWith(`${name} `));
  assert.ok(line, `${name} is not there`);
  return Number(line.slice(name.length));
}

Deno.test({
  name: `Prometheus reads the metrics, and they count what was done${PROMTOOL ? "" : " (no promtool here)"}`,
  ignore: !PROMTOOL,
  fn: () =>
    inTempFolder(async (folder) => {
      await using session = await LocalSession.open(join(folder, "data"), { cache: true });
      const service = await Service.start(session, { port: 0, monitor: session.monitor });
      try {
        for (let i = 0; i < 30; i++) await session.putFile(postedRecord(`f${i} "\\\n`, 3));
        for (let i = 0; i < 100; i++) await session.record(`f${i % 30} "\\\n`);
        await session.search("f1");
        const headers = { Authorization: `Bearer ${service.token}` };
        const metrics = await (await fetch(`${service.url}/metrics`, { headers })).text();
        assert.equal(await promtool(metrics), "");
        assert.equal(sample(metrics, "usync_files"), 30);
        assert.equal(sample(metrics, "usync_segments"), 90);
        const reads = /^usync_operation_duration_seconds_count\{operation="file read",.*?\} (\d+)$/gm;
        assert.equal([...metrics.matchAll(reads)].reduce((sum, [, count]) => sum + Number(count), 0), 100);
        assert.equal(sample(metrics, "usync_cache_hits_total"), 70);
        assert.notEqual(await promtool(metrics.replace("# TYPE usync_files gauge", "# TYPE usync_files gouge")), "");
      } finally {
        await service.close();
      }
    }),
});
