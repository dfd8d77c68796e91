import assert from "node:assert/strict";
import { planMove } from "../../src/migration/plan_move.ts";

const SQLITE = { tier: "sqlite", shards: 1 } as const;
const TEN = { tier: "sharded", shards: 10 } as const;

Deno.test("a move goes where the user wishes, else on, else to what is due", () => {
  assert.deepEqual(planMove(SQLITE, {}, null, null), undefined);
  assert.deepEqual(planMove(SQLITE, {}, null, "sharded"), TEN);
  assert.deepEqual(planMove(SQLITE, {}, { tier: "sharded", shards: 3 }, null), { tier: "sharded", shards: 3 });
  assert.deepEqual(planMove(SQLITE, { shards: 4 }, TEN, "sharded"), { tier: "sharded", shards: 4 });
  assert.deepEqual(planMove(TEN, { tier: "sqlite" }, null, null), SQLITE);
  assert.deepEqual(planMove(TEN, { tier: "sharded" }, null, null), undefined);
  assert.deepEqual(planMove({ tier: "sharded", shards: 3 }, { tier: "sharded" }, null, null), undefined);
  assert.deepEqual(planMove({ tier: "sharded", shards: 3 }, { shards: 10 }, null, null), TEN);
});

Deno.test("wishes that make no sense are refused", () => {
  assert.throws(() => planMove(SQLITE, { tier: "sqlite", shards: 2 }, null, null), /the tier sqlite has none/);
  assert.throws(() => planMove(SQLITE, { shards: 1 }, null, null), /from 2 to 100/);
  assert.throws(() => planMove(SQLITE, { shards: 101 }, null, null), /from 2 to 100/);
});
