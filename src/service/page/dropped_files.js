// @ts-check
/// <reference lib="dom" />

/** What the service can take in. */
const KNOWN = /\.(nzb|ndjson|jsonl)(\.gz)?$/i;

/**
 * Whether a file's name says that it can be imported.
 * @param {string} name
 */
export function isKnown(name) {
  return KNOWN.test(name);
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
