import { whileHeld } from "./held.ts";

/** Whether something is at that path. */
export async function exists(target: string): Promise<boolean> {
  try {
    await Deno.lstat(target);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** The text of a file, undefined where there is none. */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    return await whileHeld(() => Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
