/** Milliseconds between two events at least, and at most: then a comment shows that the connection lives. */
const LEAST = 100, MOST = 15_000;

/** Something that tells of its changes until what it gives is called. */
interface Source {
  listen(listener: () => void): () => void;
}

/** The state of a migration as server-sent events: at once, and after every change of one of the sources. */
export function migrationEvents(sources: Source[], stateOf: () => Promise<unknown>, ending: AbortSignal): Response {
  const encoder = new TextEncoder();
  let isChanged = true, wake = () => {};
  const wakeUp = () => wake();
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, MOST);
      wake = () => (clearTimeout(timer), resolve());
    });
  const unlisten = sources.map((source) =>
    source.listen(() => {
      isChanged = true;
      wake();
    })
  );
  const stop = () => {
    for (const end of unlisten) end();
    ending.removeEventListener("abort", wakeUp);
  };
  ending.addEventListener("abort", wakeUp);
  const events = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isChanged && !ending.aborted) await pause();
      if (isChanged) {
        isChanged = false;
        controller.enqueue(encoder.encode(`event: state\ndata: ${JSON.stringify(await stateOf())}\n\n`));
        await new Promise<void>((resolve) => setTimeout(resolve, LEAST));
      } else if (ending.aborted) {
        stop();
        controller.close();
      } else controller.enqueue(encoder.encode(":\n\n"));
    },
    cancel() {
      stop();
      wake();
    },
  }, { highWaterMark: 1 });
  return new Response(events, { headers: { "Content-Type": "text/event-stream" } });
}
