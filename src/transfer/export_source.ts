import { UsyncError } from "../domain/errors.ts";
import type { FileRecord, FileSummary } from "../domain/records.ts";
import { asHead, CommonHead, type NzbHead } from "../formats/nzb_head.ts";
import type { Store } from "../store/store.ts";

/** What an export reads of a store. */
export type ExportedStore = Pick<Store, "file" | "files" | "record" | "stream">;

/** Which files are exported: those of a list of ids, those of a folder, or all. */
export type ExportedFiles = { ids: string[] } | { folder: string } | "all";

/** Files that are listed at a time: each may have several texts of 1 MB. */
const PAGE = 100;

/** The files with their segments. Throws a `UsyncError` for an id that is not there, and for a folder without files. */
export function recordsOf(store: ExportedStore, files: ExportedFiles): AsyncIterable<FileRecord> {
  return files === "all" ? store.stream() : recordsOfSummaries(store, summariesOf(store, files));
}

/** A file that was deleted after it was listed is left out. */
async function* recordsOfSummaries(
  store: ExportedStore,
  summaries: AsyncIterable<FileSummary>,
): AsyncGenerator<FileRecord> {
  for await (const { file_id } of summaries) {
    const record = await store.record(file_id);
    if (record) yield record;
  }
}

/** The files without their segments, a page at a time. */
export async function* summariesOf(store: ExportedStore, files: ExportedFiles): AsyncGenerator<FileSummary> {
  if (files !== "all" && "ids" in files) {
    for (const fileId of files.ids) {
      const file = await store.file(fileId);
      if (!file) throw new UsyncError(`There is no file ${fileId}`, { hint: "`usync-db files` lists what is there." });
      yield file;
    }
    return;
  }
  const folder = files === "all" ? undefined : files.folder;
  let after: string | undefined;
  while (true) {
    const page = await store.files({ folder, limit: PAGE, after });
    if (page.length === 0 && after === undefined && folder !== undefined) {
      throw new UsyncError(`There is no file in the folder ${folder}`, {
        hint: "`usync-db files --json` shows the folder of each file.",
      });
    }
    yield* page;
    if (page.length < PAGE) return;
    after = page[page.length - 1].file_id;
  }
}

/** What all files of an NZB share in their heads; of files of which nothing is posted nothing is looked at. */
export async function commonHeadOf(store: ExportedStore, files: ExportedFiles): Promise<NzbHead | null> {
  const common = new CommonHead();
  for await (const { meta, posted_count } of summariesOf(store, files)) {
    if (posted_count > 0) common.add(asHead(meta?.nzb_head));
    if (common.isEmpty) break;
  }
  return common.head();
}
