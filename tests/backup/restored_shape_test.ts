import assert from "node:assert/strict";
import { FORMAT } from "../../src/backup/backup_format.ts";
import { shapeOfRestored } from "../../src/backup/restore_backup.ts";
import type { Tier } from "../../src/mod.ts";

function momentOf(tier: Tier, shards: number, segments: number) {
  const store = { store_id: "x", tier, shards, settings: { "sqlite.max-segments": 100 } };
  return { format: FORMAT, version: 1, at: "", store, files: 1, segments, parts: [], damaged: [] } as const;
}

Deno.test("a restored store has the form that is asked for, else that of the one before, else what its size needs", () => {
  const shape = (...[tier, shards, segments, wish]: [Tier, number, number, object?]) =>
    Object.values(shapeOfRestored({ ...momentOf(tier, shards, segments), parts: [], damaged: [] }, wish ?? {}));
  assert.deepEqual(shape("sharded", 7, 5), ["sharded", 7]);
  assert.deepEqual(shape("sqlite", 1, 99), ["sqlite", 1]);
  assert.deepEqual(shape("postgres", 1, 99), ["sqlite", 1]);
  assert.deepEqual(shape("postgres", 1, 100), ["sharded", 10]);
  assert.deepEqual(shape("sharded", 7, 5, { tier: "sqlite" }), ["sqlite", 1]);
  assert.deepEqual(shape("sqlite", 1, 5, { shards: 3 }), ["sharded", 3]);
  assert.deepEqual(shape("sqlite", 1, 5, { tier: "postgres" }), ["postgres", 1]);
});
