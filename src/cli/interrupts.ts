import { UsyncError } from "../domain/errors.ts";
import { Terminal } from "./terminal.ts";

const INTERRUPTED = 130;
const GOES_ON = "Run the same command again: it continues where it stopped.";

/** What the commands say that work for long: what is left, and what running them again does. */
const ADVICE: Record<string, string> = {
  import: "What was reported as stored is safe; run the same command again to go on.",
  migrate: GOES_ON,
  postgres: GOES_ON,
  backup: "The backups from before are kept; run the same command again.",
  restore: GOES_ON,
  export: "The export is not whole; run the same command again: it starts anew.",
  verify: "Not everything was checked; run the same command again: it starts anew.",
};

const handlers: (() => void)[] = [];
let running = "";

/** The user pressed Ctrl+C. */
class Interrupted extends UsyncError {}

/** Says which command it is that Ctrl+C will end. */
export function isRunning(command: string): void {
  running = command;
}

/** Ctrl+C ends the program, unless a command breaks its work off in good order. */
export function listenForInterrupts(): void {
  Deno.addSignalListener("SIGINT", () => {
    const handler = handlers.pop();
    if (handler) return handler();
    tell(new Terminal({ json: false, color: false }));
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

/** Runs work that breaks off in good order when Ctrl+C aborts `interrupt`; the program then ends with its exit status. */
export async function breakable(
  terminal: Terminal,
  interrupt: AbortController,
  work: () => Promise<void>,
): Promise<void> {
  using _ = onInterrupt(() => interrupt.abort(new Interrupted("interrupted")));
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    tell(terminal);
    Deno.exitCode = INTERRUPTED;
  }
}

function tell(terminal: Terminal): void {
  terminal.message(["\nInterrupted.", ADVICE[running]].filter(Boolean).join(" "));
}
