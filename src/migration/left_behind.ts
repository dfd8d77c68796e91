import { readFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { replaceFileNow } from "../files/replace.ts";
import type { Problem } from "../store/store.ts";

/** The file of a data folder that lists what the last migration with `salvage` has left behind: a JSON object a line. */
export const LEFT_BEHIND = "left-behind.ndjson";

/** Lists what is damaged and was not moved. Throws a `UsyncError` when the list cannot be written. */
export function listLeftBehind(dataFolder: string, problems: Problem[]): { problems: number; list: string } {
  const list = join(dataFolder, LEFT_BEHIND);
  try {
    replaceFileNow(list, problems.map((problem) => JSON.stringify(problem) + "\n").join(""));
  } catch (error) {
    throw new UsyncError(`Cannot write ${list}: ${messageOf(error)}`, {
      hint:
        "The store goes on as it was. Free some space, or close what holds the file, and run the same command again.",
      cause: error,
    });
  }
  return { problems: problems.length, list };
}

/** What the list of a data folder names; nothing where there is none, or where it cannot be read. */
export function readLeftBehind(dataFolder: string): Problem[] {
  try {
    const lines = readFileSync(join(dataFolder, LEFT_BEHIND), "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  } catch {
    return [];
  }
}
