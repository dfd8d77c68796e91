import type { Step } from "./step.ts";

/**
 * The process that works on the store of a storm, and the way to ask it: the library in a process of its own
 * (`LibraryDriver`), a run of the command line for each step (`CommandDriver`), or a service (`ServiceDriver`).
 */
export interface Driver {
  /** Whether there is a way to ask for a step. */
  accepts(step: Step): boolean;
  /**
   * Has a step done; gives its answer as `perform` does. Throws `Gone` when the process ended before it answered, and
   * `Refusal` when the store refuses.
   */
  perform(step: Step): Promise<unknown>;
  /** Ends the process at once, as kill -9 does. */
  kill(): void;
  /** Stops the process that works now, or has it go on. */
  signal(how: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it in good order, and waits until there is none. */
  close(): Promise<void>;
}

/** What a driver works with. */
export interface Workplace {
  /** The data folder. */
  data: string;
  /** The address of the named PostgreSQL server; undefined where there is none. */
  url: string | undefined;
  /** Called when a migration tells how far it is. */
  onProgress: () => void;
}

/** The process ended before it answered. */
export class Gone extends Error {}

/** What the store said instead of doing a step. */
export class Refusal extends Error {}

/** Ends a process as kill -9 does, or stops it, or has it go on; gives whether it was still there. */
export function kill(child: Deno.ChildProcess, how: "SIGKILL" | "SIGSTOP" | "SIGCONT" = "SIGKILL"): boolean {
  try {
    child.kill(how);
    return true;
  } catch {
    return false;
  }
}
