import assert from "node:assert/strict";
import { UsyncError } from "../../src/domain/errors.ts";
import { WorkerThread } from "../../src/threads/worker_thread.ts";

/** A worker of a module with this text. */
function threadOf(module: string): WorkerThread<unknown> {
  return new WorkerThread(new URL(`data:text/javascript,${encodeURIComponent(module)}`));
}

function isStopped(error: unknown): boolean {
  return error instanceof UsyncError && /stopped/.test(error.message) && error.hint !== undefined;
}

Deno.test("calls of a worker that cannot start fail, now and later", async () => {
  for (const module of ["throw new Error('broken')", "this is no program", "import './nothing.ts'"]) {
    const thread = threadOf(module);
    const calls = [thread.call("a"), thread.call("b")];
    for (const call of calls) await assert.rejects(call, isStopped);
    await assert.rejects(thread.call("c"), isStopped);
    thread.stop();
  }
});

Deno.test("calls of a worker that breaks later fail", async () => {
  const thread = threadOf(`
    self.onmessage = ({ data: { number, request } }) => {
      if (request === "break") setTimeout(() => { throw new Error("broken") });
      else self.postMessage({ number, result: request });
    };
    self.postMessage("ready");`);
  assert.equal(await thread.call("a"), "a");
  await assert.rejects(Promise.all([thread.call("break"), thread.call("break")]), isStopped);
  await assert.rejects(thread.call("b"), isStopped);
  thread.stop();
});
