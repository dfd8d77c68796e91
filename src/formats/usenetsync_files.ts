import type { DatabaseSync } from "node:sqlite";
import { checkRecord } from "../domain/check_record.ts";
import { InputError } from "../domain/errors.ts";
import type { FileHead, Meta } from "../domain/records.ts";
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
  #folderNames: string[];
  #refused: RefusedRows;

  constructor(db: DatabaseSync, refused: RefusedRows) {
    this.files = describeTable(db, "files", REQUIRED, OPTIONAL);
    this.folders = describeTable(db, "folders", FOLDER_REQUIRED, FOLDER_OPTIONAL);
    this.columns = columnsOf(this.files, "f");
    this.folderColumns = columnsOf(this.folders, "d");
    this.#names = this.files.other.map(({ name }) => name);
    this.#folderNames = this.folders.other.map(({ name }) => name);
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
    const [id, path, name, size, folder_id, hash, created] = row;
    const meta: Meta = {};
    setOthers(meta, row, KNOWN.length, this.#names);
    const created_at = timeOf(created, "created_at", meta);
    const folder = folder_id === null || folder_id === "" ? null : this.#folder(id, folder_id, folderRow);
    try {
      checkTexts(row, [...KNOWN, ...this.#names]);
      if (folderRow !== undefined && folder !== null) checkTexts(folderRow, this.#folderColumnNames());
      const { segments: _, ...head } = checkRecord({
        ...{ file_id: fileIdOf(id), folder, path, name, size, hash: hexOf(hash), groups, created_at },
        meta: Object.keys(meta).length > 0 ? meta : null,
      });
      return head;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refused.add("files that cannot be kept", `${shownId(id)} (${error.message})`);
    }
  }

  #folder(fileId: Value, id: Value, row: Row | undefined): Meta {
    if (row === undefined) {
      this.#refused.addOdd("files whose folder is not in the table folders", shownId(fileId));
      return { folder_id: fileIdOf(id), path: "", name: "", meta: {} };
    }
    const meta: Meta = {};
    setOthers(meta, row, FOLDER_KNOWN.length, this.#folderNames);
    return { folder_id: fileIdOf(id), path: row[1] ?? "", name: row[2] ?? "", meta };
  }

  #folderColumnNames(): string[] {
    return [...FOLDER_KNOWN, ...this.#folderNames].map((name) => `folders.${name}`);
  }
}

/** An id as text; UsenetSync's are texts, other programs number their files. */
export function fileIdOf(id: Value): Value {
  return typeof id === "number" ? String(id) : id;
}

function columnsOf({ known, other }: Table, alias: string): string[] {
  return [...known.map((column) => columnSql(column, alias)), ...other.map((column) => otherSql(column, alias))];
}

function checkTexts(row: Row, names: string[]): void {
  const invalid = row.findIndex((value) => value instanceof InvalidText);
  if (invalid >= 0) throw new InputError(`${names[invalid]}: ${InvalidText.WHY}`);
}
