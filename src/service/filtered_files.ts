import { z } from "zod";
import type { FileSummary } from "../domain/records.ts";
import type { Session } from "../session/session.ts";
import { searchPosition, writeCursor } from "../store/search_cursor.ts";
import type { SearchPage } from "../store/store.ts";

/** What a file must be like to be listed; what is left out is the same for all. */
export const fileFilter = z.strictObject({
  folder: z.string().optional(),
  group: z.string().optional().describe("A part of a newsgroup's name."),
  status: z.enum(["pending", "posted"]).optional().describe("Whether some of its segments are still to post."),
  since: z.iso.date().optional().describe("Created on this day or later (UTC)."),
  until: z.iso.date().optional().describe("Created on this day or before (UTC)."),
  min_size: z.coerce.number().min(0).optional(),
  max_size: z.coerce.number().min(0).optional(),
});
export type FileFilter = z.infer<typeof fileFilter>;

/** Files that one request looks at; a page may be short for that, with more to come. */
const MAX_LOOKED_AT = 5000, AT_ONCE = 1000;

/** A page of the files that fit, newest first: of all, or of those that a search for words finds. */
export async function filteredFiles(
  session: Session,
  { words, limit, after }: { words?: string; limit: number; after?: string },
  filter: FileFilter,
): Promise<SearchPage> {
  const isFree = Object.values(filter).every((value) => value === undefined), files: FileSummary[] = [];
  const read = (limit: number, after: string | undefined) =>
    words === undefined ? session.newest({ limit, after }) : session.search(words, { limit, after });
  if (isFree) return await read(limit, after);
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
  const { folder, group, status, since, until, min_size = 0, max_size = Infinity } = filter;
  const day = file.created_at === null ? undefined : dayOf(file.created_at);
  return (folder === undefined || file.folder?.folder_id === folder) &&
    (group === undefined || file.groups.some((name) => name.includes(group))) &&
    (status === undefined || (file.pending_count > 0) === (status === "pending")) &&
    (since === undefined || (day !== undefined && day >= since)) &&
    (until === undefined || (day !== undefined && day <= until)) &&
    file.size >= min_size && file.size <= max_size;
}

function dayOf(moment: string): string | undefined {
  const time = Date.parse(moment);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}
