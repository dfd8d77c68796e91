// @ts-check
/// <reference lib="dom" />

import { elementOf } from "./dom.js";

/**
 * What was dropped or chosen: a file, or why there is none.
 * @typedef {{ name: string, file: File } | { name: string, error: string }} Input
 */

/**
 * Whether a file's name has an ending of what can be imported, or of what that may be packed in.
 * @param {string} name
 */
export function isKnown(name) {
  return knownEndings().some((ending) => name.toLowerCase().endsWith(ending));
}

/** Endings in lower case, with the dot. */
export function knownEndings() {
  return elementOf("drop-files", HTMLInputElement).accept.split(",");
}

/**
 * The files that were dropped; of folders, those below them that can be imported, with their path as name. What cannot be
 * read has an error instead of a file.
 * @param {DataTransfer} transfer
 * @returns {Promise<Input[]>}
 */
export async function droppedFiles(transfer) {
  // Asked for at once: after the event there is nothing in it any more.
  const entries = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  /** @type {Input[]} */
  const found = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await addFilesBelow(/** @type {FileSystemDirectoryEntry} */ (entry), found);
    else if (file) found.push({ name: file.name, file });
  }
  return found;
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @param {Input[]} found
 */
async function addFilesBelow(folder, found) {
  const reader = folder.createReader();
  await orError(folder, found, async () => {
    while (true) {
      /** @type {FileSystemEntry[]} */
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (entries.length === 0) return; // they come a hundred at a time
      for (const entry of entries) {
        if (entry.isDirectory) await addFilesBelow(/** @type {FileSystemDirectoryEntry} */ (entry), found);
        else if (isKnown(entry.name)) await addFile(/** @type {FileSystemFileEntry} */ (entry), found);
      }
    }
  });
}

/**
 * @param {FileSystemFileEntry} entry
 * @param {Input[]} found
 */
function addFile(entry, found) {
  return orError(entry, found, async () => {
    /** @type {File} */
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    found.push({ name: entry.fullPath.slice(1), file });
  });
}

/**
 * @param {FileSystemEntry} entry
 * @param {Input[]} found
 * @param {() => Promise<void>} read
 */
async function orError({ fullPath }, found, read) {
  try {
    await read();
  } catch (error) {
    found.push({ name: fullPath.slice(1), error: `Cannot be read: ${/** @type {Error} */ (error).message}` });
  }
}
