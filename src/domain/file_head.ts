import { crc32 } from "node:zlib";
import { type FlatFolder, flatFolder, type FlatHead, parseHeadText } from "./file_fields.ts";

/** A head in the folder that it is stored in, where that has the same id: NZBs are the same under whatever names they lie. */
export function inStoredFolder(head: FlatHead, stored: FlatFolder | null): FlatHead {
  return head.folder && head.folder.folder_id === stored?.folder_id ? { ...head, folder: stored } : head;
}

/** The folder of a head that became a text. */
export function folderOfText(text: string): FlatFolder | null {
  const { folder } = parseHeadText(text);
  return folder && flatFolder(folder);
}

/** The checksum that is kept with a head. */
export function headCheck(text: string): number {
  return crc32(text);
}

/** The last second that a search knows: with a file's number in the lower 30 bits it still fits 63 bits. */
export const LAST_SECOND = 2 ** 33 - 2;

/** Seconds since 1970 that a file is found under in a search; 0 where it says none. */
export function searchSecond(createdAt: string | null): number {
  const milliseconds = createdAt === null ? NaN : Date.parse(createdAt.replace(/:60/, ":59")); // a leap second
  return milliseconds >= 0 ? Math.min(Math.floor(milliseconds / 1000), LAST_SECOND) : 0;
}
