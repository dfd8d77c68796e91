import { messageOf, UsyncError } from "../domain/errors.ts";
import type { Answer, Call } from "./worker_thread.ts";

/** What the global object of a worker has besides that of the main thread. */
interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: (event: MessageEvent) => void;
}

/** A result together with what of it is handed over without a copy. */
export class Handover {
  constructor(readonly result: unknown, readonly transfer: Transferable[]) {}
}

/** Answers the calls of a `WorkerThread`, one after the other: the last thing that a worker's module does. */
export function serve<Request>(handle: (request: Request, tell: (progress: unknown) => void) => unknown): void {
  const scope = globalThis as unknown as WorkerScope;
  const answer = (answer: Answer, transfer: Transferable[] = []) => scope.postMessage(answer, transfer);
  const answerResult = (number: number, result: unknown) => {
    if (result instanceof Handover) answer({ number, result: result.result }, result.transfer);
    else answer({ number, result });
  };
  const answerError = (number: number, thrown: unknown) => {
    const hint = thrown instanceof UsyncError ? thrown.hint : undefined;
    answer({ number, error: { message: messageOf(thrown), hint, stack: (thrown as Error).stack } });
  };
  scope.onmessage = ({ data: { number, request } }: MessageEvent<Call<Request>>) => {
    try {
      const result = handle(request, (progress) => answer({ number, progress }));
      if (result instanceof Promise) {
        result.then((result) => answerResult(number, result), (e) => answerError(number, e));
      } else answerResult(number, result);
    } catch (thrown) {
      answerError(number, thrown);
    }
  };
  answer("ready");
}
