import { z } from "zod";
import type { FileSummary } from "../domain/records.ts";
import type { Session } from "../session/session.ts";
import { searchPosition, writeCursor } from "../store/search_cursor.ts";
import type { SearchPage } from "../store/store.ts";
import { type FileOrder, MAX_SORTED, sortedPage } from "./sorted_files.ts";

/** What a file must be like to be listed; what is left out is the same for all. */
export const fileFilter = z.strictObject({
  folder: z.string().optional(),
  group: z.string().optional().describe("A part of a newsgroup's name."),
  poster: z.string().optional().describe("A part of the poster's name or address."),
  status: z.enum(["pending", "posted"]).optional().describe("Whether some of its segments are still to post."),
  since: z.iso.date().optional().describe("Created on this day or later (UTC)."),
  until: z.iso.date().optional().describe("Created on this day or before (UTC)."),
  min_size: z.coerce.number().min(0).optional(),
  max_size: z.coerce.number().min(0).optional(),
});
export type FileFilter = z.infer<typeof fileFilter>;

/** Which files are listed, and how. */
export interface FileList {
  words?: string;
  order: FileOrder;
  limit: number;
  after?: string;
}

/** A page of a list of files. */
export interface FileListPage extends SearchPage {
  /** Whether only the first `MAX_SORTED` files were put in the order that was asked for. */
  is_cut: boolean;
}

/** Files that one request looks at; a page may be short for that, with more to come. */
const MAX_LOOKED_AT = 5000, AT_ONCE = 1000;

/** What is read of a store page by page: the files that a search for words finds, those of a folder, or all. */
type Source = (limit: number, after: string | undefined) => Promise<SearchPage>;

/**
 * A page of the files that fit: of all, or of those that a search for words finds. Newest first they are read by the index of
 * the search; for another order, and of a folder that is not larger, the first `MAX_SORTED` are read and put in order.
 */
export async function filteredFiles(session: Session, list: FileList, filter: FileFilter): Promise<FileListPage> {
  const { words, order, limit, after } = list;
  const newest: Source = (limit, after) =>
    words === undefined ? session.newest({ limit, after }) : session.search(words, { limit, after });
  const { folder } = filter, isFolder = folder !== undefined && words === undefined;
  if (order !== "newest" || isFolder) {
    const { files, isCut } = await firstFiles(isFolder ? folderSource(session, folder) : newest);
    const fitting = files.filter((file) => isFitting(file, filter));
    if (order !== "newest" || !isCut) return { ...sortedPage(fitting, order, { limit, after }), is_cut: isCut };
  }
  const isFree = Object.values(filter).every((value) => value === undefined);
  return { ...isFree ? await newest(limit, after) : await fittingPage(newest, limit, after, filter), is_cut: false };
}

function folderSource(session: Session, folder: string): Source {
  return async (limit, after) => {
    const files = await session.files({ folder, limit, after });
    return { files, next: files.length < limit ? null : files[limit - 1].file_id };
  };
}

/** The first files of a source, and whether there are more. */
async function firstFiles(read: Source): Promise<{ files: FileSummary[]; isCut: boolean }> {
  const files: FileSummary[] = [];
  let after: string | undefined;
  while (files.length < MAX_SORTED) {
    const page = await read(AT_ONCE, after);
    for (const file of page.files) files.push(file);
    if (page.next === null) return { files, isCut: false };
    after = page.next;
  }
  return { files, isCut: (await read(1, after)).files.length > 0 };
}

/** A page of the files that fit, in the order of their source. */
async function fittingPage(read: Source, limit: number, after: string | undefined, filter: FileFilter) {
  const files: FileSummary[] = [];
  for (let lookedAt = 0; lookedAt < MAX_LOOKED_AT; lookedAt += AT_ONCE) {
    const page = await read(AT_ONCE, after);
    for (const file of page.files.filter((file) => isFitting(file, filter))) {
      if (files.length === limit) return { files, next: cursorAfter(files[limit - 1]) };
      files.push(file);
    }
    if (page.next === null) return { files, next: null };
    after = page.next;
  }
  return { files, next: after ?? null };
}

function cursorAfter({ file_id, created_at }: FileSummary): string {
  return writeCursor(searchPosition(file_id, created_at));
}

function isFitting(file: FileSummary, filter: FileFilter): boolean {
  const { folder, group, poster, status, since, until, min_size = 0, max_size = Infinity } = filter;
  const day = file.created_at === null ? undefined : dayOf(file.created_at);
  return (folder === undefined || file.folder?.folder_id === folder) &&
    (group === undefined || file.groups.some((name) => name.includes(group))) &&
    (poster === undefined || (file.poster ?? "").includes(poster)) &&
    (status === undefined || (file.pending_count > 0) === (status === "pending")) &&
    (since === undefined || (day !== undefined && day >= since)) &&
    (until === undefined || (day !== undefined && day <= until)) &&
    file.size >= min_size && file.size <= max_size;
}

function dayOf(moment: string): string | undefined {
  const time = Date.parse(moment);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}
