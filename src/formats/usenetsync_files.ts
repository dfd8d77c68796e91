import type { DatabaseSync } from "node:sqlite";
import { checkRecord, WHY_TOO_MANY } from "../domain/check_record.ts";
import { InputError } from "../domain/errors.ts";
import type { FileHead, Folder, Meta } from "../domain/records.ts";
import type { RefusedRows } from "./refused_rows.ts";
import { columnSql, describeTable, otherSql, type Table } from "./usenetsync_tables.ts";
import { hexOf, InvalidText, type Row, setOthers, shownId, timeOf, type Value } from "./usenetsync_values.ts";

const REQUIRED = ["file_id", "path", "name", "size"];
const OPTIONAL = ["folder_id", "hash", "created_at"];
const KNOWN = [...REQUIRED, ...OPTIONAL];
const FOLDER_REQUIRED = ["folder_id"];
const FOLDER_OPTIONAL = ["path", "name"];
const FOLDER_KNOWN = [...FOLDER_REQUIRED, ...FOLDER_OPTIONAL];

/** The tables `files` and `folders` of a UsenetSync database. */
export class UsenetSyncFiles {
  readonly files: Table;
  readonly folders: Table;
  /** The columns of a file's row, then those of its folder, as SQL; the tables are called `f` and `d`. */
  readonly columns: string[];
  readonly folderColumns: string[];
  #names: string[];
  #allNames: string[];
  #otherFolderNames: string[];
  #folderNames: string[];
  #checked = new WeakMap<Row, Folder>();
  #refused: RefusedRows;

  constructor(db: DatabaseSync, refused: RefusedRows) {
    this.files = describeTable(db, "files", REQUIRED, OPTIONAL);
    this.folders = describeTable(db, "folders", FOLDER_REQUIRED, FOLDER_OPTIONAL);
    this.columns = columnsOf(this.files, "f");
    this.folderColumns = columnsOf(this.folders, "d");
    this.#names = this.files.other.map(({ name }) => name);
    this.#allNames = [...KNOWN, ...this.#names];
    this.#otherFolderNames = this.folders.other.map(({ name }) => name);
    this.#folderNames = [...FOLDER_KNOWN, ...this.#otherFolderNames];
    this.#refused = refused;
  }

  /** A row's folder_id. */
  static folderIdOf(row: Row): Value {
    return row[4];
  }

  /**
   * The head of a file from its row and its folder's (undefined where there is none), with the groups of its segments;
   * undefined when it has values that cannot be kept.
   */
  head(row: Row, folderRow: Row | undefined, groups: string[]): FileHead | undefined {
    const [id, path, name, size, , hash, created] = row;
    const meta: Meta = {};
    const created_at = timeOf(created, "created_at", meta);
    const isPlain = setOthers(meta, row, KNOWN.length, this.#names) && (created_at !== null || created === null);
    const isEmpty = Object.keys(meta).length === 0;
    try {
      const folder = this.#folder(row, folderRow);
      checkTexts(row, this.#allNames);
      const { segments: _, ...head } = checkRecord({
        ...{ file_id: fileIdOf(id), path, name, size, hash: hexOf(hash), groups, created_at },
        meta: isPlain || isEmpty ? null : meta,
      });
      if (isPlain && !isEmpty) head.meta = meta;
      head.folder = folder;
      return head;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refused.add("files that cannot be kept", `${shownId(id)} (${error.message})`);
    }
  }

  /** Refuses a file that has more segments than a file may have. */
  refuseTooLarge(row: Row): void {
    this.#refused.add("files that cannot be kept", `${shownId(row[0])} (segments: ${WHY_TOO_MANY})`);
  }

  /** The folder of a file, the same object for all files with the same row of a folder. */
  #folder(file: Row, row: Row | undefined): Folder | null {
    const [fileId, , , , id] = file;
    if (id === null || id === "") return null;
    const known = row && this.#checked.get(row);
    if (known !== undefined) return known;
    const meta: Meta = {};
    if (row === undefined) this.#refused.addOdd("files whose folder is not in the table folders", shownId(fileId));
    else {
      checkTexts(row, this.#folderNames, "folders.");
      setOthers(meta, row, FOLDER_KNOWN.length, this.#otherFolderNames);
    }
    const loose = { folder_id: fileIdOf(id), path: row?.[1] ?? "", name: row?.[2] ?? "", meta };
    const folder = checkRecord({ file_id: "-", path: "", name: "", size: 0, folder: loose }).folder!;
    if (row !== undefined) this.#checked.set(row, folder);
    return folder;
  }
}

/** An id as text; UsenetSync's are texts, other programs number their files. */
export function fileIdOf(id: Value): Value {
  return typeof id === "number" ? String(id) : id;
}

function columnsOf({ known, other }: Table, alias: string): string[] {
  return [...known.map((column) => columnSql(column, alias)), ...other.map((column) => otherSql(column, alias))];
}

function checkTexts(row: Row, names: string[], prefix = ""): void {
  const invalid = row.findIndex((value) => value instanceof InvalidText);
  if (invalid >= 0) throw new InputError(`${prefix}${names[invalid]}: ${InvalidText.WHY}`);
}
