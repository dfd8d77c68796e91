import { startsWith } from "../packings/packing.ts";
import type { DatabaseFormat } from "./format.ts";
import { UnchangedDatabase } from "./unchanged_database.ts";
import { finishUsenetSync, readUsenetSyncPart, type UsenetSyncRange, usenetsyncRanges } from "./usenetsync_reader.ts";

/** Databases of UsenetSync: every SQLite database. */
export const USENETSYNC: DatabaseFormat = {
  name: "UsenetSync database",
  endings: [".db"],
  reading: "database",
  begins: (start) => startsWith(start, "SQLite format 3\0"),
  open: (path, scratch) => new UnchangedDatabase(path, scratch),
  divide: ({ path }, parts) => usenetsyncRanges(path, parts),
  readPart: ({ path, part, report }) => readUsenetSyncPart({ path, range: part as UsenetSyncRange, report }),
  finish: (source, report) => finishUsenetSync(source as UnchangedDatabase, report),
};
