import assert from "node:assert/strict";
import { join } from "node:path";
import { searchHints } from "../../src/cli/search_hints.ts";
import { createShard } from "../../src/sqlite/schema.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import { recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

Deno.test("a search that finds nothing says which words are not there, and what would find some", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "shard.sqlite");
    createShard(path);
    const store = await SqliteStore.open([path]);
    try {
      await store.putFiles([
        recordOf("a", { name: "holiday.rar", path: "" }),
        recordOf("b", { name: "beach.mkv", path: "" }),
      ]);
      const expected: [string, string[]][] = [
        ["holi", ['No file has "holi" as a whole word: search for holi*']],
        ["holi rar", ['No file has "holi" as a whole word: search for holi*']],
        ["holiday nope* none", ['No file has "nope*".', 'No file has "none".']],
        ["holiday mkv", ["Each of the words is found, but no file has all of them."]],
        ["...", ["There is no letter or digit in it."]],
      ];
      for (const [words, hints] of expected) assert.deepEqual(await searchHints(store, words), hints, words);
    } finally {
      await store.close();
    }
  }));
