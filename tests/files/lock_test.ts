import assert from "node:assert/strict";
import path from "node:path";
import { FileLock } from "../../src/files/lock.ts";
import { testFolder } from "../postgres_server/test_folder.ts";

Deno.test("a lock excludes others until its file is closed", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "lock");
  const first = await FileLock.try(file, "exclusive");
  assert.ok(first !== undefined);
  assert.equal(await FileLock.try(file, "shared"), undefined);
  await assert.rejects(FileLock.wait(file, "do it", { waitMs: 300 }), /Cannot do it: another usync-db/);
  setTimeout(() => first[Symbol.dispose](), 300);
  let told = 0;
  using _second = await FileLock.wait(file, "do it", { waitMs: 20_000, waiting: () => told++ });
  assert.equal(told, 1);
});

Deno.test("shared locks go together and keep the exclusive one away", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "users");
  const one = await FileLock.try(file, "shared");
  const two = await FileLock.try(file, "shared");
  assert.ok(one !== undefined && two !== undefined);
  one[Symbol.dispose]();
  assert.equal(await FileLock.try(file, "exclusive"), undefined);
  two[Symbol.dispose]();
  using last = await FileLock.try(file, "exclusive");
  assert.ok(last !== undefined);
});

Deno.test("a lock that is taken at once is the same one", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "lock"), first = FileLock.tryNow(file);
  assert.ok(first !== undefined);
  assert.equal(FileLock.tryNow(file), undefined);
  assert.equal(await FileLock.try(file, "exclusive"), undefined);
  first[Symbol.dispose]();
  using _second = FileLock.tryNow(file)!;
  assert.throws(() => FileLock.tryNow(path.join(folder.path, "not there", "lock")), Deno.errors.NotFound);
});
