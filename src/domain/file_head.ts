import { crc32 } from "node:zlib";
import type { FileHead } from "./records.ts";

/** A head as one text: equal heads have equal texts. */
export function headText(head: FileHead): string {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
  const folderParts = folder && [folder.folder_id, folder.path, folder.name, folder.meta ?? null];
  return JSON.stringify([file_id, folderParts, path, name, size, hash, subject, poster, groups, created_at, meta]);
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
