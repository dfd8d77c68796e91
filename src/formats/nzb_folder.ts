import { isLonger, isStorable, MAX_TEXT_BYTES } from "../domain/check_json.ts";
import type { Folder } from "../domain/records.ts";
import type { NzbHead } from "./nzb_head.ts";

/** The attribute by which `<nzb>` carries the folder of its files, and a `<file>` its own, as JSON, when that is another. */
export const FOLDER_ATTRIBUTE = "usync:folder";

/** What the name of an NZB says. */
export interface NzbName {
  /** Without folders, ending and password; "" when nothing is left. */
  name: string;
  password: string | undefined;
}

/** Takes a name or path such as `Title{{password}}.nzb.gz` apart. */
export function partsOfNzbName(path: string): NzbName {
  const base = path.replaceAll("\0", "").toWellFormed().replace(/^.*[\\/]/s, "").replace(/\.(?:gz|bz2|xz)$/i, "")
    .replace(/\.nzb$/i, "");
  const [, before = base, password, after = ""] = /^(.*?)\{\{(.*)\}\}(.*)$/s.exec(base) ?? [];
  return { name: (before + after).trim(), password: password || undefined };
}

/** The name of an NZB as a folder: what its head or its own name says; undefined when neither does. */
export function folderName(head: NzbHead | null, ownName: string): string | undefined {
  const texts = [...valuesOf(head, "title"), ...valuesOf(head, "name"), ownName];
  return texts.map((text) => text.trim()).find((text) => text !== "");
}

/** A head with a password for the NZB where it has none. */
export function withPassword(head: NzbHead | null, password: string | undefined): NzbHead | null {
  const isThere = valuesOf(head, "password").some((value) => value.trim() !== "");
  return password === undefined || isThere ? head : { ...head, password };
}

/** All values of entries of a type, in whatever case it is written. */
function valuesOf(head: NzbHead | null, type: string): string[] {
  return Object.entries(head ?? {}).flatMap(([name, values]) => name.toLowerCase() === type ? values : []);
}

/** Whether a folder is one that an NZB was read as. */
export function isNzbFolder({ folder_id, meta }: Folder): boolean {
  return /^nzb-[0-9a-f]{32}$/.test(folder_id) && meta === undefined;
}

function isText(text: unknown): boolean {
  return typeof text === "string" && isStorable(text) && !isLonger(text, MAX_TEXT_BYTES);
}

/** The folder that an attribute says: null for none, undefined when it is another program's. */
export function folderOfAttribute(text: string): Folder | null | undefined {
  try {
    const value: Folder | null = JSON.parse(text);
    if (value === null) return null;
    const { folder_id, path, name } = value, folder = { folder_id, path, name };
    return isNzbFolder(folder) && [path, name].every(isText) ? folder : undefined;
  } catch {
    return undefined;
  }
}
