import { Terminal } from "./terminal.ts";

const INTERRUPTED = 130;
const handlers: (() => void)[] = [];

/** Ctrl+C ends the program, unless a command breaks its work off in good order. */
export function listenForInterrupts(): void {
  Deno.addSignalListener("SIGINT", () => {
    const handler = handlers.pop();
    if (handler) return handler();
    new Terminal({ json: false, color: false }).message(
      "\nInterrupted. What was reported as stored is safe; run the same command again to go on.",
    );
    Deno.exit(INTERRUPTED);
  });
}

/** Calls `handler` at the next Ctrl+C, until the result is disposed of; the one after that ends the program. */
export function onInterrupt(handler: () => void): Disposable {
  handlers.push(handler);
  return {
    [Symbol.dispose]() {
      const place = handlers.indexOf(handler);
      if (place >= 0) handlers.splice(place, 1);
    },
  };
}

/** Says that the command was broken off in good order; it then ends with the exit status for that. */
export function endInterrupted(terminal: Terminal): void {
  terminal.message("Interrupted. Run the same command again: it continues where it stopped.");
  Deno.exitCode = INTERRUPTED;
}
