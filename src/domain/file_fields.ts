import { MAX_ID_BYTES, shown } from "./check_json.ts";
import {
  checkBytes,
  checkMeta,
  checkText,
  checkTextOrNull,
  checkTime,
  IN_FOLDER,
  IN_RECORD,
  isObject,
  type Loose,
  refusal,
} from "./check_values.ts";

/** Free-form JSON that came with a record and goes out with it. */
export type Meta = { [key: string]: unknown };

/** The folder a file belongs to. */
export interface Folder {
  /** The caller's own string; unique in a store. */
  folder_id: string;
  /** The folder's path, as the caller wrote it. */
  path: string;
  /** The folder's name. */
  name: string;
  /** There only when something unknown came in with the folder. */
  meta?: Meta;
}

/** What is known of a file, without its segments. */
export interface FileHead {
  /** The caller's own string; unique in a store. */
  file_id: string;
  /** Null where it belongs to none. */
  folder: Folder | null;
  /** The file's path, as the caller wrote it. */
  path: string;
  /** The file's name. */
  name: string;
  /** Bytes. */
  size: number;
  /** Of the file's content, in hex, as the caller wrote it. */
  hash: string | null;
  /** Of the first article. */
  subject: string | null;
  /** Who posted it. */
  poster: string | null;
  /** The newsgroups it was posted to. */
  groups: string[];
  /** RFC 3339. */
  created_at: string | null;
  /** What came with the file that has no field of its own. */
  meta: Meta | null;
}

/** What the values of a field are, which says how they are written as CSV, and described. */
type FileFieldKind = "id" | "folder" | "text" | "bytes" | "groups" | "time" | "meta";

/** What the table says of a field. */
interface FileField {
  kind: FileFieldKind;
  /** Whether it can be null. */
  isNullable: boolean;
}

/**
 * Every field of a file, in the order of JSON; `headText` and the batches have them in this order, too, so that a new one
 * comes last. Files have no updates: a changed one is put again.
 */
export const FILE_FIELDS = {
  file_id: { kind: "id", isNullable: false },
  folder: { kind: "folder", isNullable: true },
  path: { kind: "text", isNullable: false },
  name: { kind: "text", isNullable: false },
  size: { kind: "bytes", isNullable: false },
  hash: { kind: "text", isNullable: true },
  subject: { kind: "text", isNullable: true },
  poster: { kind: "text", isNullable: true },
  groups: { kind: "groups", isNullable: false },
  created_at: { kind: "time", isNullable: true },
  meta: { kind: "meta", isNullable: true },
} as const satisfies { [Name in keyof FileHead]: FileField };

/** The name of a field. */
export type FileFieldName = keyof typeof FILE_FIELDS;
/** The fields that are texts in rows and batches: `groups` and `meta` as JSON. */
export type FileTextName = Exclude<FileFieldName, "folder" | "size">;

/** The names of all fields, in the order of JSON. */
export const FILE_FIELD_NAMES = Object.keys(FILE_FIELDS) as FileFieldName[];
/** The names of those that are texts in rows and batches. */
export const FILE_TEXT_NAMES = FILE_FIELD_NAMES.filter((name): name is FileTextName =>
  name !== "folder" && name !== "size"
);

const FOLDER_KEYS: ReadonlySet<string> = new Set(["folder_id", "path", "name", "meta"]);
const RECORD_KEYS: ReadonlySet<string> = new Set([...FILE_FIELD_NAMES, "segments"]);

/** Checks the head of a record, see `checkRecord`. @throws {InputError} */
export function checkHead(value: Loose): FileHead {
  const file_id = checkText(value.file_id, IN_RECORD, "file_id", MAX_ID_BYTES);
  if (file_id === "") throw refusal(IN_RECORD, "file_id", "empty");
  return {
    file_id,
    folder: value.folder === null || value.folder === undefined ? null : checkFolder(value.folder),
    path: checkText(value.path, IN_RECORD, "path"),
    name: checkText(value.name, IN_RECORD, "name"),
    size: checkBytes(value.size, IN_RECORD, "size"),
    hash: checkTextOrNull(value.hash, IN_RECORD, "hash"),
    subject: checkTextOrNull(value.subject, IN_RECORD, "subject"),
    poster: checkTextOrNull(value.poster, IN_RECORD, "poster"),
    groups: checkGroups(value.groups),
    created_at: checkTime(value.created_at, IN_RECORD, "created_at"),
    meta: checkMeta(value, RECORD_KEYS, IN_RECORD),
  };
}

function checkFolder(value: unknown): Folder {
  if (!isObject(value)) throw refusal(IN_RECORD, "folder", `not an object: ${shown(value)}`);
  const folder: Folder = {
    folder_id: checkText(value.folder_id, IN_FOLDER, "folder_id", MAX_ID_BYTES),
    path: checkText(value.path, IN_FOLDER, "path"),
    name: checkText(value.name, IN_FOLDER, "name"),
  };
  if (folder.folder_id === "") throw refusal(IN_FOLDER, "folder_id", "empty");
  const meta = checkMeta(value, FOLDER_KEYS, IN_FOLDER);
  if (meta !== null && Object.keys(meta).length > 0) folder.meta = meta;
  return folder;
}

function checkGroups(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw refusal(IN_RECORD, "groups", `not a list: ${shown(value)}`);
  return value.map((group, i) => checkText(group, IN_RECORD, `groups[${i}]`));
}

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

/** The texts of a head, in the order of `FILE_TEXT_NAMES`. */
export function textsOfHead(head: FlatHead): (string | null)[] {
  const { file_id, path, name, hash, subject, poster, groups, created_at, meta } = head;
  return [file_id, path, name, hash, subject, poster, groups, created_at, meta];
}

/** The head of which these are the texts; `next` gives one after the other. */
export function headOfTexts(next: () => string | null, size: number, folder: FlatFolder | null): FlatHead {
  return {
    file_id: next()!,
    folder,
    path: next()!,
    name: next()!,
    size,
    hash: next(),
    subject: next(),
    poster: next(),
    groups: next()!,
    created_at: next(),
    meta: next(),
  };
}

/** The head of a row that has its fields under their own names. */
export function headOfRow(
  row: Omit<FlatHead, "folder" | "hash">,
  folder: FlatFolder | null,
  hash: string | null,
): FlatHead {
  const { file_id, path, name, size, subject, poster, groups, created_at, meta } = row;
  return { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta };
}

/** A head with its keys in their order, as JSON has them, without others; a `meta` of the folder that is not there is undefined. */
export function headInOrder(head: FileHead): FileHead {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
  return {
    ...{ file_id, folder: folder && folderInOrder(folder), path, name, size, hash },
    ...{ subject, poster, groups, created_at, meta },
  };
}

function folderInOrder({ folder_id, path, name, meta }: Folder): Folder {
  return { folder_id, path, name, meta };
}

/** A head in plain values. */
export function flatHead(head: FileHead): FlatHead {
  const { file_id, folder, path, name, size, hash, subject, poster, groups, created_at, meta } = head;
  return {
    ...{ file_id, folder: folder && flatFolder(folder), path, name, size, hash, subject, poster },
    ...{ groups: JSON.stringify(groups), created_at, meta: meta && JSON.stringify(meta) },
  };
}

/** A folder in plain values. */
export function flatFolder({ folder_id, path, name, meta }: Folder): FlatFolder {
  return { folder_id, path, name, meta: meta === undefined ? null : JSON.stringify(meta) };
}

/** The head that plain values stand for. */
export function headOfFlat(head: FlatHead): FileHead {
  return {
    file_id: head.file_id,
    folder: head.folder && folderOfFlat(head.folder),
    path: head.path,
    name: head.name,
    size: head.size,
    hash: head.hash,
    subject: head.subject,
    poster: head.poster,
    groups: JSON.parse(head.groups),
    created_at: head.created_at,
    meta: head.meta === null ? null : JSON.parse(head.meta),
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
