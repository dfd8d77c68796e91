// @ts-check
/// <reference lib="dom" />

import { elementOf } from "./dom.js";

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
 * The files that were dropped; of folders, those below them that can be imported, with their path as name.
 * @param {DataTransfer} transfer
 * @returns {Promise<{ name: string, file: File }[]>}
 */
export async function droppedFiles(transfer) {
  // Asked for at once: after the event there is nothing in it any more.
  const entries = [...transfer.items].filter(({ kind }) => kind === "file").map((item) => ({
    entry: item.webkitGetAsEntry(),
    file: item.getAsFile(),
  }));
  /** @type {{ name: string, file: File }[]} */
  const found = [];
  for (const { entry, file } of entries) {
    if (entry?.isDirectory) await addFilesBelow(/** @type {FileSystemDirectoryEntry} */ (entry), found);
    else if (file) found.push({ name: file.name, file });
  }
  return found;
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @param {{ name: string, file: File }[]} found
 */
async function addFilesBelow(folder, found) {
  const reader = folder.createReader();
  while (true) {
    /** @type {FileSystemEntry[]} */
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return; // they come a hundred at a time
    for (const entry of entries) {
      if (entry.isDirectory) await addFilesBelow(/** @type {FileSystemDirectoryEntry} */ (entry), found);
      else if (isKnown(entry.name)) {
        /** @type {File} */
        const file = await new Promise((resolve, reject) =>
          /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject)
        );
        found.push({ name: entry.fullPath.slice(1), file });
      }
    }
  }
}
