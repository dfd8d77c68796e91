import assert from "node:assert/strict";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { postedRecord } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { makeShards, withDatabase } from "./shards.ts";

Deno.test("changes that share a transaction do not fail by one of them", () =>
  inTempFolder(async (folder) => {
    const [path] = makeShards(folder);
    let store = await SqliteStore.open([path]);
    await store.putFiles([postedRecord("damaged", 100), postedRecord("sound", 10)]);
    await store.close();
    withDatabase(path, (db) => db.exec("UPDATE blocks SET data = zeroblob(90) WHERE id = 1"));
    store = await SqliteStore.open([path]);
    const update = (file_id: string, index: number) =>
      store.updateSegments([{ file_id, index, status: "failed" }]).then((missing) => missing.length, String);
    const outcomes = await Promise.all([
      ...[update("sound", 0), update("damaged", 0), update("sound", 1), update("sound", 99)],
      ...[
        store.putFile(postedRecord("more", 3)),
        update("damaged", 1),
        store.deleteFile("damaged"),
        update("sound", 2),
      ],
    ]);
    const refused = /Cannot change segments of the file damaged/;
    assert.match(String(outcomes[1]), refused);
    assert.match(String(outcomes[5]), refused);
    assert.deepEqual([0, 2, 3, 4, 6, 7].map((i) => outcomes[i]), [0, 0, 1, "added", true, 0]);
    const statuses = (await store.segments("sound"))!.map(({ status }) => status);
    assert.deepEqual(statuses.slice(0, 4), ["failed", "failed", "failed", "uploaded"]);
    assert.deepEqual((await store.verify()).problems, []);
    await store.close();
  }));
