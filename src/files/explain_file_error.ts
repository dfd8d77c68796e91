import { messageOf, UsyncError } from "../domain/errors.ts";

const WINDOWS = Deno.build.os === "windows";

/**
 * Turns what the file system said into an error a user can act on; anything else comes back as it is.
 * `action` reads on after "Cannot", such as "unpack PostgreSQL".
 */
export function explainFileError(error: unknown, action: string, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof UsyncError) return error;
  const number = /os error (\d+)\)/.exec(error.message)?.[1];
  const explained = (why: string, hint: string) => new UsyncError(`Cannot ${action}: ${why}`, { hint, cause: error });
  if (number === (WINDOWS ? "112" : "28") || number === (WINDOWS ? "1295" : "122")) {
    return explained(
      `the disk of ${folder} is full`,
      "Free some space there (about 1 GB), then run the command again.",
    );
  }
  if (error instanceof Deno.errors.NotCapable) {
    return new UsyncError(`Cannot ${action}: ${messageOf(error)}`, { cause: error });
  }
  if ((!WINDOWS && number === "30") || (WINDOWS && number === "19")) {
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
