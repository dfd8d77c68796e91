import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import type { Manifest } from "../../src/data_folder/manifest.ts";
import { shardPaths } from "../../src/data_folder/manifest.ts";
import { openFolderStore } from "../../src/data_folder/open_store.ts";
import { UsyncError } from "../../src/domain/errors.ts";
import { damageShards } from "../../tests/damage/damage_sqlite.ts";
import type { Random } from "../generator/random.ts";

/**
 * Damages a copy of a store that nobody has open: whatever it still answers is what the store has, and what it does not is an
 * error that a user can act on. `isStored` tells whether a record is one of the store. Gives what was done to it.
 */
export async function checkDamagedCopy(
  data: string,
  manifest: Manifest,
  random: Random,
  isStored: (record: { file_id: string }) => boolean,
): Promise<string> {
  const copy = `${data} damaged`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(data, copy, { recursive: true });
  const paths = shardPaths(copy, manifest), { what } = damageShards(paths, shardPaths(data, manifest), random);
  try {
    await using store = await openFolderStore(copy);
    const { problems } = await store.verify();
    try {
      for await (const record of store.stream()) {
        assert.ok(isStored(record), `${what}: it gives what was never stored: ${JSON.stringify(record).slice(0, 300)}`);
      }
    } catch (error) {
      assert.ok(error instanceof UsyncError, `${what}: ${(error as Error).stack}`);
      assert.ok(problems.length > 0, `${what}: ${error.message}, and verify finds nothing`);
    }
  } catch (error) {
    assert.ok(error instanceof UsyncError, `${what}: ${(error as Error).stack}`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  return what;
}
