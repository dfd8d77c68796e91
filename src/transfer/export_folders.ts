import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf, UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { type ExportReport, exportTexts, note, writeTextFile } from "./export_files.ts";
import { commonHeadOf, type ExportedFiles, type ExportedStore, recordsOf, summariesOf } from "./export_source.ts";
import { FileNames } from "./safe_file_name.ts";

/** How NZBs are written into a folder of the disk. */
export interface FolderExport {
  store: ExportedStore;
  /** Made where it is not there. */
  directory: string;
  report: ExportReport;
  /** Whether files that are there may be overwritten. */
  overwrite: boolean;
  /** Sees every file that is written. */
  through: (records: AsyncIterable<FileRecord>) => AsyncIterable<FileRecord>;
}

/**
 * Writes an NZB for each folder that files are in, named as the folder is, and one for each file that is in none, named as the
 * file; of which nothing is posted is left out and noted. Gives how many NZBs were written. The ids of the folders are
 * held, nothing else of them.
 */
export async function exportFolders(files: ExportedFiles, to: FolderExport): Promise<number> {
  makeDirectory(to.directory);
  const seen = new Set<string>(), names = new FileNames();
  let count = 0;
  for await (const { file_id, folder, name } of summariesOf(to.store, files)) {
    if (folder && seen.has(folder.folder_id)) continue;
    if (folder) seen.add(folder.folder_id);
    const one: ExportedFiles = folder ? { folder: folder.folder_id } : { ids: [file_id] };
    if (!await isAnyPosted(one, to)) continue;
    const path = join(to.directory, names.nameFor(folder ? folder.name : name, ".nzb"));
    const head = await commonHeadOf(to.store, one);
    const texts = exportTexts(to.through(recordsOf(to.store, one)), "nzb", to.report, head);
    await writeTextFile(path, texts, { overwrite: to.overwrite });
    count++;
  }
  return count;
}

/** Whether there is anything to write; what is not is noted. */
async function isAnyPosted(files: ExportedFiles, { store, report }: FolderExport): Promise<boolean> {
  for await (const { posted_count } of summariesOf(store, files)) if (posted_count > 0) return true;
  for await (const file of summariesOf(store, files)) note(report, "files_not_posted", file, file.segment_count);
  return false;
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UsyncError(`Cannot make the folder ${path}: ${messageOf(error)}`, { cause: error });
  }
}
