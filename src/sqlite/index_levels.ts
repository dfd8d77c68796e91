import type { DatabaseSync } from "node:sqlite";

/**
 * The secondary indexes by number of segments in a shard: those that give the order, then one that covers the files with
 * pending work, which are asked for most.
 */
const LEVELS: { upTo: number; indexes: Record<string, string> }[] = [
  {
    upTo: 1_000_000,
    indexes: {
      files_of_folder: "files (folder, file_id)",
      files_with_pending: "files (file_id) WHERE pending > 0",
      blocks_with_pending: "blocks (id) WHERE pending > 0",
    },
  },
  {
    upTo: Infinity,
    indexes: {
      files_of_folder: "files (folder, file_id)",
      files_with_pending: "files (file_id, first_block, blocks, pending) WHERE pending > 0",
      blocks_with_pending: "blocks (id) WHERE pending > 0",
    },
  },
];

/** The level for a number of segments. */
export function indexLevel(segments: number): number {
  return LEVELS.findIndex((level) => segments < level.upTo);
}

export function isIndexLevel(level: number): boolean {
  return level in LEVELS;
}

/** The level that has no secondary indexes: that of a new shard, and of one that a migration fills. */
export const NO_INDEXES = -1;

/** Replaces the secondary indexes by those of a level; what is the same at both stays. Run it in a transaction. */
export function setIndexLevel(db: DatabaseSync, from: number, to: number): void {
  const before = LEVELS[from]?.indexes ?? {};
  for (const [name, on] of Object.entries(LEVELS[to].indexes)) {
    if (before[name] === on) continue;
    db.exec(`DROP INDEX IF EXISTS ${name}; CREATE INDEX ${name} ON ${on};`);
  }
  db.prepare("UPDATE totals SET index_level = ?").run(to);
}

/** Removes all secondary indexes. Run it in a transaction. */
export function dropIndexes(db: DatabaseSync): void {
  for (const name of new Set(LEVELS.flatMap(({ indexes }) => Object.keys(indexes)))) {
    db.exec(`DROP INDEX IF EXISTS ${name}`);
  }
  db.prepare("UPDATE totals SET index_level = ?").run(NO_INDEXES);
}
