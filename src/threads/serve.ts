/// <reference lib="deno.worker" />
import { messageOf, UsyncError } from "../domain/errors.ts";
import type { Answer, Call } from "./worker_thread.ts";

/** A result together with what of it is handed over without a copy. */
export class Handover {
  constructor(readonly result: unknown, readonly transfer: Transferable[]) {}
}

/** Answers the calls of a `WorkerThread`: the last thing that a worker's module does. */
export function serve<Request>(handle: (request: Request, tell: (progress: unknown) => void) => unknown): void {
  const answer = (answer: Answer, transfer: Transferable[] = []) => self.postMessage(answer, transfer);
  self.onmessage = ({ data: { number, request } }: MessageEvent<Call<Request>>) => {
    try {
      const result = handle(request, (progress) => answer({ number, progress }));
      if (result instanceof Handover) answer({ number, result: result.result }, result.transfer);
      else answer({ number, result });
    } catch (thrown) {
      const hint = thrown instanceof UsyncError ? thrown.hint : undefined;
      answer({ number, error: { message: messageOf(thrown), hint, stack: (thrown as Error).stack } });
    }
  };
  answer("ready");
}
