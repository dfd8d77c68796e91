import type { MigrationJob } from "./migration_job.ts";

/** Milliseconds between two events at least, and at most: then a comment shows that the connection lives. */
const LEAST = 100, MOST = 15_000;

/** The state of a migration as server-sent events: at once, and after every change. */
export function migrationEvents(job: MigrationJob, stateOf: () => Promise<unknown>): Response {
  const encoder = new TextEncoder();
  let isChanged = true, wake = () => {};
  const unlisten = job.listen(() => {
    isChanged = true;
    wake();
  });
  const wait = (milliseconds: number, early: boolean) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      if (early) wake = () => (clearTimeout(timer), resolve());
    });
  const events = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isChanged) await wait(MOST, true);
      if (!isChanged) return controller.enqueue(encoder.encode(":\n\n"));
      isChanged = false;
      controller.enqueue(encoder.encode(`event: state\ndata: ${JSON.stringify(await stateOf())}\n\n`));
      await wait(LEAST, false);
    },
    cancel() {
      unlisten();
      wake();
    },
  }, { highWaterMark: 1 });
  return new Response(events, { headers: { "Content-Type": "text/event-stream" } });
}
