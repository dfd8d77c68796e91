import type { DatabaseSync } from "node:sqlite";
import { checkRecord } from "../domain/check_record.ts";
import { InputError } from "../domain/errors.ts";
import type { FileRecord, Segment } from "../domain/records.ts";
import type { RefusedRows } from "./refused_rows.ts";
import { describeTable, type Row, selectRows, type Table } from "./usenetsync_tables.ts";
import { hexOf, otherValues, timeOf } from "./usenetsync_values.ts";

const REQUIRED = ["file_id", "path", "name", "size"];
const OPTIONAL = ["folder_id", "hash", "created_at"];
const FOLDER_REQUIRED = ["folder_id"];
const FOLDER_OPTIONAL = ["path", "name"];

/** The tables `files` and `folders` of a UsenetSync database. */
export class UsenetSyncFiles {
  /** Files with their folders, in the order of `file_id`, which is their first value. */
  readonly rows: Iterable<Row>;
  #files: Table;
  #folders: Table;
  #refused: RefusedRows;

  constructor(db: DatabaseSync, refused: RefusedRows) {
    this.#files = describeTable(db, "files", "f", REQUIRED, OPTIONAL);
    this.#folders = describeTable(db, "folders", "d", FOLDER_REQUIRED, FOLDER_OPTIONAL);
    const both = {
      known: [...this.#files.known, ...this.#folders.known],
      other: [...this.#files.other, ...this.#folders.other],
    };
    const join = this.#files.known[REQUIRED.length] === "NULL" ? "false" : "d.folder_id = f.folder_id";
    const from = `files f LEFT JOIN folders d ON ${join}`;
    this.rows = selectRows(db, both, from, "f.file_id COLLATE BINARY, f.rowid");
    this.#refused = refused;
  }

  /** The record of a row and its segments; undefined when it has values that cannot be kept. */
  record(row: Row, segments: Segment[]): FileRecord | undefined {
    const [file_id, path, name, size, folder_id, hash, created, inFolders, folderPath, folderName] = row;
    const meta = otherValues(row, 10, this.#files);
    const groups = new Set(segments.map(({ group }) => group).filter((group) => group !== null && group !== ""));
    const folder = folder_id === null || folder_id === "" ? null : {
      folder_id,
      path: folderPath ?? "",
      name: folderName ?? "",
      meta: otherValues(row, 10 + this.#files.other.length, this.#folders),
    };
    if (folder !== null && inFolders === null) {
      this.#refused.addOdd("files whose folder is not in the table folders", String(file_id));
    }
    const created_at = timeOf(created, "created_at", meta);
    try {
      return {
        ...checkRecord({
          ...{ file_id, folder, path, name, size, hash: hexOf(hash), groups: [...groups], created_at },
          meta: Object.keys(meta).length > 0 ? meta : null,
        }),
        segments,
      };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.#refused.add("files that cannot be kept", `${String(file_id)} (${error.message})`);
    }
  }
}
