import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RESTORE_FILE } from "../data_folder/open_store.ts";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { removeNow } from "../files/held.ts";
import { replaceFileNow, syncFolder } from "../files/replace.ts";
import { DIGEST_BUCKETS, type Digests } from "../store/backend.ts";

/** How far a restore is: the file `restore.json` of the new data folder, while it is not at its end. */
export interface RestoreState {
  /** The folder of the backup. */
  backup: string;
  /** The name of the moment. */
  moment: string;
  /** Names of the parts that are stored, durably. */
  parts: string[];
  files: number;
  segments: number;
  /** Of the files of these parts, as they were packed: in base64, the least byte first. */
  digests: string;
  /** What is damaged, of a backup that is salvaged. */
  problems: { where: string; what: string }[];
}

export function newState(backup: string, moment: string): RestoreState {
  const digests = packDigests(new BigUint64Array(DIGEST_BUCKETS));
  return { backup, moment, parts: [], files: 0, segments: 0, digests, problems: [] };
}

export function packDigests(digests: Digests): string {
  return new Uint8Array(digests.buffer as ArrayBuffer).toBase64();
}

export function unpackDigests(text: string): Digests {
  return new BigUint64Array(Uint8Array.fromBase64(text).buffer);
}

/** The state of a data folder; undefined when nothing is being restored there. */
export function readState(dataFolder: string): RestoreState | undefined {
  const path = join(dataFolder, RESTORE_FILE);
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return undefined;
    throw new UsyncError(`Cannot restore into ${dataFolder}: ${path} cannot be read: ${messageOf(error)}`, {
      hint: "Remove the folder and restore anew.",
      cause: error,
    });
  }
}

/** Replaces the state in one step that survives a power cut. */
export function writeState(dataFolder: string, state: RestoreState): void {
  try {
    replaceFileNow(join(dataFolder, RESTORE_FILE), JSON.stringify(state) + "\n");
  } catch (error) {
    throw new UsyncError(`Cannot restore into ${dataFolder}: ${messageOf(error)}`, {
      hint: "Check the rights on the folder and the space on its disk, and run the same command again: it continues.",
      cause: error,
    });
  }
}

/** Ends the restore: the store can be opened from here on. */
export function removeState(dataFolder: string): void {
  removeNow(join(dataFolder, RESTORE_FILE));
  syncFolder(dataFolder);
}
