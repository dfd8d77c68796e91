import { crc32 } from "node:zlib";
import type { FileHead, Folder } from "./records.ts";

/** A folder whose meta is JSON. */
export interface FlatFolder {
  folder_id: string;
  path: string;
  name: string;
  meta: string | null;
}

/** A head in plain values: its groups and meta are JSON, as rows and batches hold them. */
export interface FlatHead extends Omit<FileHead, "folder" | "groups" | "meta"> {
  folder: FlatFolder | null;
  groups: string;
  meta: string | null;
}

export function flatHead(head: FileHead): FlatHead {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
  return {
    ...{ file_id, folder: folder && flatFolder(folder), path, name, size, hash, subject, poster },
    ...{ groups: JSON.stringify(groups), created_at, meta: meta && JSON.stringify(meta) },
  };
}

function flatFolder({ folder_id, path, name, meta }: Folder): FlatFolder {
  return { folder_id, path, name, meta: meta === undefined ? null : JSON.stringify(meta) };
}

/** A head in the folder that it is stored in, where that has the same id: NZBs are the same under whatever names they lie. */
export function inStoredFolder(head: FlatHead, stored: FlatFolder | null): FlatHead {
  return head.folder && head.folder.folder_id === stored?.folder_id ? { ...head, folder: stored } : head;
}

/** The head that plain values stand for. */
export function headOfFlat({ folder, groups, meta, ...rest }: FlatHead): FileHead {
  return {
    ...rest,
    folder: folder && folderOfFlat(folder),
    groups: JSON.parse(groups),
    meta: meta === null ? null : JSON.parse(meta),
  };
}

function folderOfFlat({ meta, ...rest }: FlatFolder): Folder {
  return meta === null ? rest : { ...rest, meta: JSON.parse(meta) };
}

/** A head as one text, which is JSON: equal heads have equal texts. */
export function headText(head: FlatHead): string {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
  const folderText = folder &&
    `[${json(folder.folder_id)},${json(folder.path)},${json(folder.name)},${folder.meta}]`;
  return `[${json(file_id)},${folderText},${json(path)},${json(name)},${size},${json(hash)},${json(subject)},` +
    `${json(poster)},${groups},${json(created_at)},${meta}]`;
}

const json = JSON.stringify;

/** The folder of a head that became a text. */
export function folderOfText(text: string): FlatFolder | null {
  const { folder } = parseHeadText(text);
  return folder && flatFolder(folder);
}

/** The head that the text of `headText` stands for. Throws when it is none. */
export function parseHeadText(text: string): FileHead {
  const [file_id, parts, path, name, size, hash, subject, poster, groups, created_at, meta] = JSON.parse(text);
  let folder: FileHead["folder"] = null;
  if (parts !== null) {
    const [folder_id, path, name, meta] = parts;
    folder = { folder_id, path, name, ...(meta !== null && { meta }) };
  }
  return { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta };
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
