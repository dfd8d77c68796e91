import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { removeNow } from "../files/held.ts";
import { replaceFileNow } from "../files/replace.ts";
import { Buffer } from "node:buffer";
import { type BackupMark, type BackupMoment, FORMAT, momentTime, README, VERSION } from "./backup_format.ts";

/** A file of a backup is not what it was. */
export class DamagedBackupError extends UsyncError {}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes a file under a name that is its SHA-256, durably, and reads it back. Gives its name. */
export function writeNamed(folder: string, stem: string, ending: string, bytes: Uint8Array): string {
  const sum = sha256Of(bytes), name = `${stem}${sum}${ending}`, path = join(folder, name);
  writeWhole(path, bytes);
  if (sha256Of(read(path)) !== sum) {
    throw new UsyncError(`Cannot back up: ${path} does not read as it was written`, {
      hint: "Check the disk. The backups from before are kept.",
    });
  }
  return name;
}

/** Writes a file that is there when it is whole, and durable. */
function writeWhole(path: string, bytes: Uint8Array): void {
  try {
    replaceFileNow(path, bytes, { temporary: `${path}.${crypto.randomUUID().slice(0, 8)}.tmp` });
  } catch (error) {
    throw new UsyncError(`Cannot back up: ${path} cannot be written: ${messageOf(error)}`, {
      hint: "Check that the folder can be reached, the rights on it and the space on its disk, and run the command " +
        "again. The backups from before are kept.",
      cause: error,
    });
  }
}

/** Reads a file whose name is its SHA-256. Throws a `DamagedBackupError` when it is not there, or not what it was. */
export function readNamed(path: string): Buffer {
  const bytes = read(path), sum = /([0-9a-f]{64})\.[a-z.]+$/.exec(basename(path))?.[1];
  if (sha256Of(bytes) === sum) return bytes;
  throw new DamagedBackupError(`The backup's file ${path} is damaged: its SHA-256 is not the one in its name`, DAMAGED);
}

const DAMAGED = {
  hint:
    "The next `usync-db backup` writes anew what it had. `usync-db restore --at` may have another moment without it.",
};

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") {
      throw new DamagedBackupError(`The backup's file ${path} is missing`, DAMAGED);
    }
    throw new UsyncError(`Cannot read the backup's file ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Makes a folder a backup of a store, where it is empty or not there; throws when it is something else. */
export function makeBackupFolder(folder: string, storeId: string): void {
  attempt(folder, () => Deno.mkdirSync(folder, { recursive: true })); // that of Node looks at the folders above, too
  const names = attempt(folder, () => readdirSync(folder)).filter((name) => !name.endsWith(".tmp") && name !== "lock");
  if (!names.includes("backup.json")) {
    if (names.some((name) => !["README.txt", "moments", "parts"].includes(name))) {
      throw new UsyncError(`Cannot back up into ${folder}: it holds something else`, { hint: "Name an empty folder." });
    }
    attempt(folder, () => {
      for (const name of ["moments", "parts"]) mkdirSync(join(folder, name), { recursive: true });
    });
    writeWhole(join(folder, "README.txt"), new TextEncoder().encode(README));
    return writeMark(folder, storeId);
  }
  const store_id = storeIdOf(folder);
  if (store_id === storeId) return;
  throw new UsyncError(`Cannot back up into ${folder}: it is the backup of another store`, {
    hint: "Name another folder for the backup of this store.",
  });
}

function writeMark(folder: string, store_id: string): void {
  writeWhole(join(folder, "backup.json"), textOf({ format: FORMAT, version: VERSION, store_id }));
}

function textOf(mark: BackupMark): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(mark, null, 2) + "\n");
}

/** Which store a backup is of; where its mark is damaged, the last moment says so, and the mark is written anew. */
function storeIdOf(folder: string): string {
  try {
    return checkBackupFolder(folder).store_id;
  } catch (error) {
    const store_id = storeOfMoments(folder);
    if (!(error instanceof DamagedBackupError) || store_id === undefined) throw error;
    writeMark(folder, store_id);
    return store_id;
  }
}

/** Which store the last moment is of that can be read. */
function storeOfMoments(folder: string): string | undefined {
  for (const name of momentNames(folder).toReversed()) {
    try {
      const moment: BackupMoment = JSON.parse(readNamed(join(folder, "moments", name)).toString());
      return moment.store.store_id;
    } catch (error) {
      if (!(error instanceof DamagedBackupError)) throw error;
    }
  }
}

/** Throws a `DamagedBackupError` when the mark of a backup is not what was written. */
export function checkBackupFolder(folder: string): BackupMark {
  const path = join(folder, "backup.json");
  let mark: BackupMark;
  try {
    mark = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: string }).code === "ENOENT") throw damagedMark(path);
    throw new UsyncError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  if (mark?.format !== FORMAT || typeof mark.store_id !== "string") throw damagedMark(path);
  if (Number.isInteger(mark.version) && mark.version > VERSION) {
    throw new UsyncError(`Cannot use the backup in ${folder}: it is from a newer version`, {
      hint: "Use the newest usync-db.",
    });
  }
  const { format, version, store_id } = mark;
  const isWritten = version >= 1 && isEqual(readFileSync(path), textOf({ format, version, store_id }));
  if (!isWritten || store_id !== (storeOfMoments(folder) ?? store_id)) throw damagedMark(path);
  return mark;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function damagedMark(path: string): DamagedBackupError {
  return new DamagedBackupError(`The backup's file ${path} is damaged`, {
    hint: "The next `usync-db backup` writes it anew. A restore does not need it.",
  });
}

/** The names of all moments, oldest first. */
export function momentNames(folder: string): string[] {
  const names = attempt(folder, () => {
    try {
      return readdirSync(join(folder, "moments"));
    } catch (error) {
      if ((error as { code?: string }).code !== "ENOENT") throw error;
      throw new UsyncError(`There is no backup in ${folder}`, { hint: "Name the folder that the backup was made in." });
    }
  });
  return names.filter((name) => momentTime(name) !== undefined).sort();
}

/** Removes all but some moments and parts, and what a kill has left; of parts only that, where it is not known which are needed. */
export function removeOthers(folder: string, moments: string[], parts: Set<string> | undefined): void {
  const remove = (subfolder: string, keeps: (name: string) => boolean) => {
    for (const name of readdirSync(join(folder, subfolder))) {
      if (!keeps(name)) removeNow(join(folder, subfolder, name));
    }
  };
  const kept = new Set(moments);
  attempt(folder, () => {
    remove("moments", (name) => kept.has(name)); // first, so that no moment is without its parts
    remove("parts", (name) => parts ? parts.has(name) : !name.endsWith(".tmp"));
  });
}

function attempt<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsyncError) throw error;
    throw new UsyncError(`Cannot use the backup folder ${folder}: ${messageOf(error)}`, {
      hint: "Check that the folder can be reached, and your rights on it.",
      cause: error,
    });
  }
}
