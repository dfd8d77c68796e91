import { messageOf, UsyncError } from "../domain/errors.ts";
import { freeSomeSpace, isDiskFull } from "./full_disk.ts";

const WINDOWS = Deno.build.os === "windows";

/** Whether an error says that something may be read and not written: the rights on it, or its disk. */
export function isReadOnlyError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof Deno.errors.NotCapable) return false;
  return error instanceof Deno.errors.PermissionDenied ||
    new RegExp(`os error ${WINDOWS ? "(5|19)" : "(1|13|30)"}\\)`).test(error.message);
}

/**
 * Turns what the file system said into an error a user can act on; anything else comes back as it is.
 * `action` reads on after "Cannot", such as "unpack PostgreSQL"; it takes `needed` bytes, about.
 */
export function explainFileError(error: unknown, action: string, folder: string, needed = 1e9): unknown {
  if (!(error instanceof Error) || error instanceof UsyncError) return error;
  const number = /os error (\d+)\)/.exec(error.message)?.[1];
  const explained = (why: string, hint: string) => new UsyncError(`Cannot ${action}: ${why}`, { hint, cause: error });
  if (isDiskFull(error)) return explained(`the disk of ${folder} is full`, freeSomeSpace(folder, needed));
  if (error instanceof Deno.errors.NotCapable) {
    return new UsyncError(`Cannot ${action}: ${messageOf(error)}`, { cause: error });
  }
  if (number === (WINDOWS ? "19" : "30")) {
    return explained(
      `${folder} is on a read-only disk`,
      "Choose a data folder that can be written to, with --data DIR.",
    );
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return explained(
      `access to ${folder} was denied (${error.message})`,
      "Make the folder writable for your account, choose another with --data DIR, or close the program that holds it.",
    );
  }
  if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.AlreadyExists) {
    return explained(
      `a file is where the folder ${folder} should be`,
      "Move that file away, or choose another data folder with --data DIR.",
    );
  }
  return error;
}
