import { readFileSync, statSync } from "node:fs";
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

/** Bytes of a file, 0 where there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What a file of JSON remembers that may be removed: nothing where there is none, or where it is damaged. */
export function readJsonState<State>(path: string): Partial<State> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) ?? {};
  } catch {
    return {}; // whoever remembers something next writes it anew
  }
}
