/**
 * An error that a user can act on. Its message says what failed, a colon, and why; `hint` says what to do next.
 * Everything that is not a `UsyncError` is a bug of the program.
 */
export class UsyncError extends Error {
  /** Tells it from errors of the program itself. */
  override name = "UsyncError";
  /** What the user can do about it, whole sentences. Where the runtime kept the program from something, it is `OUTSIDE`. */
  readonly hint?: string;

  /** `cause`: what was thrown below; where the runtime refused something, it decides the hint. */
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = isRefused(options.cause) ? OUTSIDE : options.hint;
  }
}

/** What a store lies on cannot be reached at the moment. What is stored there is not concerned. */
export class UnreachableError extends UsyncError {
  override name = "UnreachableError";
}

/** Input that cannot be taken, with its place where there is one. */
export class InputError extends UsyncError {
  /** Tells it from other errors. */
  override name = "InputError";
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;

  /** Makes one for a place of the input. */
  constructor(message: string, place: { line?: number; column?: number } = {}, options: { cause?: unknown } = {}) {
    super(message, options);
    this.line = place.line;
    this.column = place.column;
  }
}

/** What to do about something that the runtime keeps this program from. */
export const OUTSIDE =
  "It works in the folder that it is started in, and runs the PostgreSQL in data/postgres there. Put there what it needs, " +
  "or start it in a terminal and allow what it asks for.";

/** Whether an error comes from something that the runtime keeps this program from. */
export function isRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable || (error instanceof Error && isRefused(error.cause));
}

/** What the runtime keeps this program from, by the kind of permission. */
const REFUSED: Record<string, string> = {
  read: "read",
  write: "write",
  net: "reach",
  run: "start",
  env: "read the environment variable",
  sys: "ask the system for",
};

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) {
    const [, kind, what] = /^Requires (\w+) access(?: to (.*))?, (?:run again|specify)/.exec(error.message) ?? [];
    if (kind in REFUSED) return `this program is not allowed to ${REFUSED[kind]} ${what ?? "anything there"}`;
  }
  return error instanceof Error ? error.message : String(error);
}
