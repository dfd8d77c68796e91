import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { DigestReport } from "../../src/store/backend.ts";
import { verifyContents, verifyStructure } from "../../src/sqlite/verify_shard.ts";
import { createShard } from "../../src/sqlite/schema.ts";

/** Makes empty shards in a folder; returns their paths. */
export function makeShards(folder: string, count = 1): string[] {
  const paths = Array.from({ length: count }, (_, i) => join(folder, `shard-${i}.sqlite`));
  paths.forEach(createShard);
  return paths;
}

/** Works on a shard with plain SQL, past the store. */
export function withDatabase<T>(path: string, work: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Verifies one shard in all respects. */
export function verifyShard(path: string, shard: number, shards: number): DigestReport {
  const { problems } = verifyStructure({ path, isFrozen: false }),
    report = verifyContents({ path, isFrozen: false, shard, shards }, () => {});
  return { ...report, problems: [...problems, ...report.problems] };
}
