import { listening } from "../../../tests/support/test_service.ts";
import { cpuSecondsOf, peakMemoryMb } from "../run.ts";
import type { BenchContext } from "./bench_context.ts";
import type { Measurement } from "./report.ts";

/** NDJSON to a running service, from the start of the request to its answer; processor time and memory are the service's. */
export async function service(context: BenchContext): Promise<void> {
  const amount = context.part(0.5), input = await context.inputs.ndjson(amount, "usual");
  let data = "";
  const post = async () => {
    data = await context.fresh("data");
    await context.keepOneFile(data); // a move that is due would begin after the answer
    return await postRecords(context.program.serve(data), input);
  };
  const name = { road: "service", what: "NDJSON to POST /api/records", unit: "segments", amount } as const;
  await context.measure(name, post, () => context.stored(data, "segments"));
}

async function postRecords(child: Deno.ChildProcess, input: string): Promise<Measurement> {
  const { url, token, end } = await listening(child);
  try {
    const cpuBefore = cpuSecondsOf(child.pid), started = performance.now();
    const response = await fetch(`${url}/api/records`, {
      method: "POST",
      headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/x-ndjson" },
      body: (await Deno.open(input)).readable,
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`the service has answered ${response.status}: ${answer}`);
    const seconds = (performance.now() - started) / 1000, cpuAfter = cpuSecondsOf(child.pid);
    const cpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
    return { seconds, cpuSeconds, memoryMb: peakMemoryMb(child.pid) };
  } finally {
    child.kill();
    await end();
  }
}
