import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readManifest } from "../../src/data_folder/manifest.ts";
import { migrate, migrateBack, openStore, type Tier } from "../support/folder_store.ts";
import { spawnProgram } from "../support/child_program.ts";
import { testPostgres } from "../support/test_postgres.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { assertNoLeftovers, assertStore, digestOf, fill } from "./test_store.ts";

const POSTGRES_URL = await testPostgres();

/** From each tier to each other, and between numbers of shards. */
const MOVES: [Tier, number][] = [
  ...([["sharded", 3], ["sharded", 10], ["postgres", 1], ["sharded", 4]] as [Tier, number][]),
  ...([["sqlite", 1], ["postgres", 1], ["sqlite", 1]] as [Tier, number][]),
];

Deno.test("a store moves from every tier to every other, and stays the same", () =>
  inTempFolder(async (folder) => {
    let digest = "";
    {
      await using store = await openStore(folder);
      await fill(store, 10_000);
      digest = await digestOf(store);
      const { files, segments } = await store.totals();
      for (const [tier, shards] of MOVES) {
        const steps = new Set<string>();
        const url = tier === "postgres" ? POSTGRES_URL : undefined;
        const report = await migrate(store, { tier, shards, url, onProgress: ({ step }) => steps.add(step) });
        assert.deepEqual([report?.to, report?.files, report?.segments], [{ tier, shards }, files, segments]);
        assert.equal(store.tier, tier);
        assert.deepEqual(await store.totals().then(({ database_bytes: _, ...counts }) => counts), {
          ...await store.totals().then(({ database_bytes: _, ...counts }) => counts),
          files,
          segments,
        });
        assert.equal(await digestOf(store), digest);
        assert.deepEqual((await store.verify()).problems, []);
        await store.discardOld();
        assertNoLeftovers(folder, store.manifest);
      }
      assert.equal(await migrate(store, { tier: "sqlite" }), undefined);
    }
    await assertStore(folder, digest, 1);
  }));

Deno.test("a migration that is stopped in either step leaves the store as it was, and is gone on with", () =>
  inTempFolder(async (folder) => {
    let digest = "";
    {
      await using store = await openStore(folder);
      await fill(store, 5_000);
      digest = await digestOf(store);
      for (const stoppedIn of ["copying", "verifying"]) {
        const stopping = new AbortController(), { signal } = stopping;
        const onProgress = ({ step }: { step: string }) => step === stoppedIn && stopping.abort();
        await assert.rejects(migrate(store, { shards: 3, signal, onProgress }), /The migration was stopped/);
        assert.deepEqual([store.tier, store.manifest.move?.shards], ["sqlite", 3]);
        assert.equal(await digestOf(store), digest);
      }
      assert.deepEqual((await migrate(store))?.to, { tier: "sharded", shards: 3 });
      await store.discardOld();
    }
    await assertStore(folder, digest, 3);
  }));

Deno.test("going back is possible after writes that change nothing, also beside each other", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(folder);
    await fill(store, 2_000);
    await migrate(store, { shards: 3 });
    const records = await Array.fromAsync(store.stream()), outdated = () => readManifest(folder)!.old[0].outdated;
    await store.putFile(records[0]);
    assert.equal(await store.deleteFile("none"), false);
    assert.equal((await store.updateSegments([{ file_id: "none", index: 0 }])).length, 1);
    assert.equal(outdated(), false);
    const load = store.bulkLoad();
    await load.put(records);
    assert.equal(outdated(), true); // while it is not at its end
    await store.putFile(records[0]);
    assert.equal(outdated(), true);
    await load.finish();
    assert.equal(outdated(), false);
    await migrateBack(store);

    await migrate(store, { shards: 3 });
    const changing = store.bulkLoad();
    await changing.put(records);
    await store.deleteFile(records[0].file_id);
    await changing.finish();
    await store.putFile(records[1]);
    assert.equal(outdated(), true);
    await assert.rejects(migrateBack(store), /something was changed/);
  }));

Deno.test("going back is possible until something is changed", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(folder);
    await fill(store, 2_000);
    const digest = await digestOf(store);
    await assert.rejects(migrateBack(store), /no migration has left an old store/);
    await migrate(store, { shards: 3 });
    const left = join(folder, store.manifest.folder);
    assert.deepEqual(await migrateBack(store), { tier: "sqlite", shards: 1 });
    assert.equal(await digestOf(store), digest);
    assert.equal(existsSync(left), false);
    assertNoLeftovers(folder, store.manifest);

    await migrate(store, { shards: 3 });
    const [first] = await store.files({ limit: 1 });
    assert.equal(await store.deleteFile(first.file_id), true);
    await assert.rejects(migrateBack(store), /something was changed since the migration/);
    assert.equal(await store.file(first.file_id), undefined);
  }));

Deno.test("what is written while a store moves is there afterwards", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(folder);
    await fill(store, 20_000);
    const expected = new Map<string, string>();
    for await (const record of store.stream()) expected.set(record.file_id, JSON.stringify(record));
    const fileIds = [...expected.keys()];

    const template = expected.get(fileIds[0])!;
    let moving = true, rounds = 0, reads = 0;
    const write = async () => {
      for (let i = 0; moving || rounds < 3; i++, rounds++) {
        const [changed, deleted, replaced] = [3, 5, 7].map((step) => fileIds[(i * step * 31) % fileIds.length]);
        await store.updateSegments([{ file_id: changed, index: 0, message_id: `new-${i}@move`, status: "uploaded" }]);
        await store.deleteFile(deleted);
        const record = await store.record(replaced);
        if (record) await store.putFile({ ...record, name: `name ${i}` });
        await store.putFiles([{ ...JSON.parse(template), file_id: `added-${i}` }]);
        for (const fileId of [changed, deleted, replaced, `added-${i}`]) {
          const now = await store.record(fileId);
          if (now) expected.set(fileId, JSON.stringify(now));
          else expected.delete(fileId);
        }
      }
    };
    const read = async () => {
      while (moving) {
        const [file] = await store.files({ after: fileIds[reads++ % fileIds.length], limit: 1 });
        if (file) assert.ok(await store.file(file.file_id) !== null);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const others = Promise.all([write(), read()]);
    await migrate(store, { shards: 4 });
    await migrate(store, { tier: "postgres", url: POSTGRES_URL });
    await migrate(store, { tier: "sqlite" });
    await store.discardOld();
    moving = false;
    await others;
    assert.ok(rounds >= 3 && reads > 3, `${rounds} rounds of writes, ${reads} reads`);
    const found = new Map<string, string>();
    for await (const record of store.stream()) found.set(record.file_id, JSON.stringify(record));
    assert.equal(found.size, expected.size);
    for (const [fileId, record] of expected) assert.equal(found.get(fileId), record);
    assert.deepEqual((await store.verify()).problems, []);
  }));

Deno.test("a load of many files that runs while a store moves ends up in it whole", () =>
  inTempFolder(async (folder) => {
    await using store = await openStore(folder);
    await fill(store, 20_000);
    const before = (await store.totals()).files;
    const source = async function* () {
      for (let i = 0; i < 2000; i++) {
        if (i % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        yield { ...template, file_id: `load-${i}` };
      }
    };
    const [{ file_id }] = await store.files({ limit: 1 });
    const template = (await store.record(file_id))!;
    const move = migrate(store, { shards: 3 });
    await new Promise((resolve) => setTimeout(resolve, 10));
    const [counts] = await Promise.all([store.putFiles(source()), move]);
    assert.equal(counts.added, 2000);
    assert.equal((await store.totals()).files, before + 2000);
    assert.deepEqual((await store.verify()).problems, []);
  }));

Deno.test("nothing that is written while a store goes back is lost", () =>
  inTempFolder(async (folder) => {
    for (let i = 0; i < 4; i++) {
      await using store = await openStore(join(folder, `${i}`));
      await fill(store, 500);
      await migrate(store, { shards: 3 });
      const back = migrateBack(store).then(() => true, () => false);
      for (let turns = i; turns > 0; turns--) await new Promise((resolve) => setTimeout(resolve));
      const [{ file_id }] = await store.files({ limit: 1 });
      await store.updateSegments([{ file_id, index: 0, server: "new" }]);
      const hasGone = await back;
      assert.equal(store.manifest.shards, hasGone ? 1 : 3);
      assert.equal((await store.segments(file_id))![0].server, "new", `after ${i} turns`);
    }
  }));

Deno.test("what reads a store to its end still finds it there after others have gone back or discarded it", () =>
  inTempFolder(async (data) => {
    await using store = await openStore(data);
    await fill(store, 6000);
    const { files, segments } = await store.totals(), digest = await digestOf(store);
    for (const leave of ["back", "discard"]) {
      await migrate(store, { shards: 6 });
      const reads = [store.verify(), store.verify(), store.verify()], streamed = digestOf(store);
      if (leave === "back") await migrateBack(store);
      else {
        await migrate(store, { tier: "sqlite" });
        await store.discardOld();
      }
      for (const report of await Promise.all(reads)) assert.deepEqual(report, { files, segments, problems: [] });
      assert.equal(await streamed, digest);
      assert.equal(store.tier, "sqlite");
    }
    await store.removeLeftovers();
    assertNoLeftovers(data, store.manifest);
  }));

Deno.test("a store that is closed while it goes back leaves nothing running", () =>
  inTempFolder(async (folder) => {
    for (let turns = 0; turns < 2; turns++) {
      const data = join(folder, `${turns}`);
      const code = `
        const store = await openStore(${JSON.stringify(data)});
        await store.migrate({ tier: "postgres", url: ${JSON.stringify(POSTGRES_URL)} });
        await store.migrate({ shards: 3 });
        const back = store.migrateBack().then(() => "went back", (error) => error.message);
        for (let turns = ${turns}; turns > 0; turns--) await new Promise((resolve) => setTimeout(resolve));
        await store.close();
        console.log(await back);`;
      const child = spawnProgram(code), late = setTimeout(() => child.kill("SIGKILL"), 30_000);
      const { signal, stdout, stderr } = await child.output();
      clearTimeout(late);
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      assert.equal(signal, null, `it does not end: ${text(stdout)}`);
      assert.match(text(stdout), /^(went back|The store is closed)$/, text(stderr));
      await using store = await openStore(data);
      await store.discardOld();
      if (store.tier === "postgres") await migrate(store, { tier: "sqlite" });
      await store.discardOld();
    }
  }));
