import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import type { Problem } from "../store/store.ts";

/** The file of a data folder that lists what the last migration with `salvage` has left behind: a JSON object a line. */
export const LEFT_BEHIND = "left-behind.ndjson";

/** Lists what is damaged and was not moved. Throws a `UsyncError` when the list cannot be written. */
export function listLeftBehind(dataFolder: string, problems: Problem[]): { problems: number; list: string } {
  const list = join(dataFolder, LEFT_BEHIND);
  try {
    writeFileSync(list, problems.map((problem) => JSON.stringify(problem) + "\n").join(""));
  } catch (error) {
    throw new UsyncError(`Cannot write ${list}: ${messageOf(error)}`, {
      hint:
        "The store goes on as it was. Free some space, or close what holds the file, and run the same command again.",
      cause: error,
    });
  }
  return { problems: problems.length, list };
}
