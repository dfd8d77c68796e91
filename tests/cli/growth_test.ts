import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { FileRecord } from "../../src/domain/records.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { openStore } from "../support/folder_store.ts";
import { runs } from "../support/effort.ts";
import { allOf, inOrder, postedRecord } from "../support/records_of.ts";
import { runCli, spawnCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import { startServe } from "../support/test_service.ts";

/** Writes an input with so many segments. */
const WRITERS: Record<string, (path: string, segments: number) => Promise<void> | void> = {
  ndjson(path, segments) {
    writeFileSync(path, JSON.stringify(postedRecord(`f${segments}`, segments)) + "\n");
  },
  async nzb(path, segments) {
    const file = async function* () {
      yield await Promise.resolve(
        postedRecord(`f${segments}`, segments, { groups: ["a.b"], name: `f${segments}.rar` }),
      );
    };
    writeFileSync(path, (await Array.fromAsync(writeNzb(file(), { written() {}, lost() {} }))).join(""));
  },
  db(path, segments) {
    if (existsSync(path)) return;
    using db = new DatabaseSync(path);
    db.exec(`CREATE TABLE folders (id INTEGER PRIMARY KEY, folder_id TEXT, path TEXT, name TEXT);
      CREATE TABLE files (id INTEGER PRIMARY KEY, file_id TEXT, folder_id TEXT, path TEXT, name TEXT, size INTEGER, hash TEXT,
        created_at TIMESTAMP);
      CREATE TABLE segments (id INTEGER PRIMARY KEY, segment_id TEXT, file_id TEXT, segment_index INTEGER,
        redundancy_index INTEGER, size INTEGER, hash TEXT, offset_start INTEGER, offset_end INTEGER, message_id TEXT,
        subject TEXT, internal_subject TEXT, newsgroup TEXT, server TEXT, upload_status TEXT, uploaded_at TIMESTAMP);
      INSERT INTO folders VALUES (1, 'd', '/d', 'd');
      INSERT INTO files VALUES (1, 'f${segments}', 'd', 'x', 'x', 1, NULL, NULL);
      WITH RECURSIVE i(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM i WHERE n + 1 < ${segments})
        INSERT INTO segments SELECT n + 1, 's' || n, 'f${segments}', n, 0, 700, NULL, NULL, NULL, n || '@x', NULL, NULL,
          'a.b', NULL, 'uploaded', NULL FROM i`);
  },
};

async function run(data: string, ...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runCli(["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
}

async function statusOf(data: string): Promise<{ tier: string; segments: number; old: unknown[] }> {
  return JSON.parse((await run(data, "status")).stdout);
}

for (const [format, write] of Object.entries(WRITERS)) {
  Deno.test(`an import of ${format} grows the store at a limit and above it, not just below`, () =>
    inDataFolder(async (data, folder) => {
      const input = async (segments: number) => {
        const path = join(folder, `${segments}.${format}`);
        await write(path, segments);
        return path;
      };
      await run(data, "import", await input(1));
      await run(data, "config", "set", "sqlite.max-segments", "1000");
      assert.doesNotMatch((await run(data, "import", await input(998))).stderr, /grown/);
      assert.doesNotMatch((await run(data, "import", await input(998))).stderr, /grown/);
      assert.equal((await statusOf(data)).tier, "sqlite");
      const { stderr } = await run(data, "import", await input(2));
      assert.match(stderr, /^The store has grown to 10 shards: \d files with [\d,]+ segments moved/);
      const { tier, segments, old } = await statusOf(data);
      assert.deepEqual([tier, segments, old.length], ["sharded", 1001, 1]);

      const above = join(folder, "above");
      await run(above, "import", await input(1));
      await run(above, "config", "set", "sqlite.max-segments", "1000");
      const report = await run(above, "import", await input(1500));
      assert.equal(JSON.parse(report.stdout).segments, 1500);
      assert.match(report.stderr, /^The store has grown to 10 shards: /);
      assert.doesNotMatch(report.stderr, /grown.*\n.*grown/);
      assert.equal((await statusOf(above)).tier, "sharded");
    }));
}

Deno.test("single writes, bulk writes and an import through a service grow its store; the import tells", () =>
  inDataFolder(async (data, folder) => {
    const service = await startServe(data);
    const change = async (method: string, path: string, body: string) => {
      const headers = { Authorization: `Bearer ${service.token}` };
      const response = await fetch(service.url + path, { method, headers, body });
      assert.ok(response.ok, await response.text());
      await response.body?.cancel().catch(() => {});
    };
    const tier = async () => (await statusOf(data)).tier;
    try {
      await change("PUT", "/api/settings", '{"sqlite.max-segments": 1000}');
      await change("PUT", "/api/file", JSON.stringify(postedRecord("a", 500)));
      await change("POST", "/api/records", JSON.stringify(postedRecord("b", 499)));
      assert.equal(await tier(), "sqlite");
      await change("PUT", "/api/file", JSON.stringify(postedRecord("c", 1)));
      while (await tier() === "sqlite") await new Promise((resolve) => setTimeout(resolve, 100));
      await run(data, "migrate", "--to", "sqlite");
      const path = join(folder, "more.ndjson");
      WRITERS.ndjson(path, 700);
      assert.match((await run(data, "import", path)).stderr, /^The store has grown to 10 shards: /);
      assert.equal(await tier(), "sharded");
    } finally {
      service.child.kill("SIGTERM");
      await service.end();
    }
  }));

/** Kills in all; a moment after the growth has begun. */
const KILLS = runs(1, 4), MAX_TRIES = 6;

Deno.test("killed while it grows in the middle of an import, the store is whole, and the same import completes it", () =>
  inDataFolder(async (data, folder) => {
    const reported = Array.from({ length: 40 }, (_, i) => postedRecord(`r${i}`, 500));
    const more: FileRecord[] = Array.from({ length: 120 }, (_, i) => postedRecord(`m${i}`, 500));
    const input = (name: string, records: FileRecord[]) => {
      writeFileSync(join(folder, name), records.map((record) => JSON.stringify(record) + "\n").join(""));
      return join(folder, name);
    };
    const first = input("first.ndjson", reported), second = input("second.ndjson", more);
    let inTheMiddle = 0;
    // Again where the growth was over before its kill, on a machine with much else to do.
    for (let i = 0; i < KILLS || inTheMiddle === 0 && i < MAX_TRIES; i++) {
      const store = join(data, "..", `data ${i}`), manifest = join(store, "store.json");
      await run(store, "import", first);
      await run(store, "config", "set", "sqlite.max-segments", "30000");
      const child = spawnCli(["--data", store, "import", second]), end = child.output();
      let hasEnded = false;
      void end.then(() => hasEnded = true);
      while (!hasEnded && !JSON.parse(readFileSync(manifest, "utf8")).move) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await new Promise((resolve) => setTimeout(resolve, i % KILLS * 150));
      try {
        child.kill("SIGKILL");
      } catch {
        // it was quicker
      }
      await end;
      if (JSON.parse(readFileSync(manifest, "utf8")).move) inTheMiddle++;
      {
        await using there = await openStore(store, { grow: false });
        for (const { file_id } of reported) assert.ok(await there.file(file_id), `${file_id} is lost`);
      }
      await run(store, "import", second);
      await using whole = await openStore(store);
      assert.equal(whole.manifest.shards, 10);
      assert.deepEqual(await allOf(whole), inOrder([...reported, ...more]));
      assert.deepEqual((await whole.verify()).problems, []);
    }
    assert.ok(inTheMiddle > 0, "every growth was over before its kill");
  }));
