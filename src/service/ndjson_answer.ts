import { failureOf } from "./http_error.ts";

export const NDJSON = "application/x-ndjson";

/** An answer of texts that hold whole lines, made as the client reads them. An error is told as the last line. */
export function ndjsonAnswer(texts: AsyncGenerator<string>): Response {
  const encoder = new TextEncoder();
  const bytes = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        controller.enqueue(encoder.encode(JSON.stringify(failureOf(error).failure) + "\n"));
        controller.close();
      }
    },
    async cancel() {
      await texts.return(undefined);
    },
  }, { highWaterMark: 1 });
  return new Response(bytes, { headers: { "Content-Type": NDJSON } });
}
