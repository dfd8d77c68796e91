import { Ending } from "./ending.ts";
import { failureOf } from "./http_error.ts";

export const NDJSON = "application/x-ndjson";

/** An answer of texts that hold whole lines, made as the client reads them. What breaks them off is told as the last line. */
export function ndjsonAnswer(texts: AsyncGenerator<string>, signal: AbortSignal): Response {
  const encoder = new TextEncoder(), ending = new Ending(signal);
  const bytes = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await ending.or(texts.next());
        if (!done) return controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.enqueue(encoder.encode(JSON.stringify(failureOf(error).failure) + "\n"));
        void texts.return(undefined).catch(() => {});
      }
      ending[Symbol.dispose]();
      controller.close();
    },
    async cancel() {
      ending[Symbol.dispose]();
      await texts.return(undefined);
    },
  }, { highWaterMark: 1 });
  return new Response(bytes, { headers: { "Content-Type": NDJSON } });
}
