import { InputError, messageOf, UsyncError } from "../domain/errors.ts";

/** What an answer that is no success says; `line` and `column` (from 1) where the input has such a place. */
export interface Failure {
  error: string;
  hint: string | null;
  line?: number;
  column?: number;
}

/** An error with the HTTP status that it is answered with. */
export class HttpError extends UsyncError {
  readonly status: number;

  constructor(status: number, message: string, hint?: string) {
    super(message, { hint });
    this.status = status;
  }
}

/** The status and the contents of the answer to an error. */
export function failureOf(error: unknown): { status: number; failure: Failure } {
  if (!(error instanceof UsyncError)) {
    return { status: 500, failure: { error: `internal error: ${messageOf(error)}`, hint: "Please report this." } };
  }
  const { line, column } = error as { line?: number; column?: number };
  const status = error instanceof HttpError ? error.status : error instanceof InputError ? 400 : 500;
  return {
    status,
    failure: {
      error: error.message,
      hint: error.hint ?? null,
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
    },
  };
}
