import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../support/folder_store.ts";
import { postedRecord } from "../support/records_of.ts";
import { inDataFolder } from "../support/temp_folder.ts";

Deno.test("a copy of a folder whose store was in use is known as one, until it is verified", () =>
  inDataFolder(async (data, folder) => {
    const copy = join(folder, "copy"), closedCopy = join(folder, "closed copy");
    {
      await using store = await openStore(data);
      await store.putFile(postedRecord("a", 3));
      cpSync(data, copy, { recursive: true });
    }
    cpSync(data, closedCopy, { recursive: true });
    {
      await using store = await openStore(copy);
      assert.ok(store.manifest.copied);
    }
    {
      await using store = await openStore(copy);
      assert.ok(store.manifest.copied, "it is still not verified");
      assert.deepEqual((await store.verify()).problems, []);
      assert.equal(store.manifest.copied, undefined);
    }
    await using again = await openStore(copy), ofClosed = await openStore(closedCopy);
    assert.deepEqual([again.manifest.copied, ofClosed.manifest.copied], [undefined, undefined]);
  }));

Deno.test("a folder whose program was killed is no copy", () =>
  inDataFolder(async (data) => {
    await (await openStore(data)).close();
    const path = join(data, "owner.json"), owner = JSON.parse(readFileSync(path, "utf8"));
    assert.equal(owner.is_released, true);
    writeFileSync(path, JSON.stringify({ ...owner, is_released: false }));
    await using store = await openStore(data);
    assert.equal(store.manifest.copied, undefined);
  }));
