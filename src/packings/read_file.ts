import { messageOf, UsyncError } from "../domain/errors.ts";

const READ_SIZE = 1024 * 1024;

/**
 * The bytes of a file. It is closed when the reading ends or is given up.
 * @throws {UsyncError} when it cannot be read
 */
export async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path).catch((cause) => {
    throw new UsyncError(`Cannot read ${path}: ${whyNot(cause)}`, { cause });
  });
  try {
    while (true) {
      const buffer = new Uint8Array(READ_SIZE);
      const length = await file.read(buffer).catch((cause) => {
        throw new UsyncError(`Cannot read ${path}: ${whyNot(cause)}`, { cause });
      });
      if (length === null) return;
      yield buffer.subarray(0, length);
    }
  } finally {
    file.close();
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "access is denied";
  return messageOf(error);
}
