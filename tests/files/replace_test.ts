import assert from "node:assert/strict";
import path from "node:path";
import { replaceFile, replaceFileNow } from "../../src/files/replace.ts";
import { testFolder } from "../postgres_server/test_folder.ts";

const WINDOWS = Deno.build.os === "windows";

Deno.test("a file is replaced in one step and leaves nothing beside it", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "file");
  await replaceFile(file, "one");
  replaceFileNow(file, "one and a half");
  await Deno.writeTextFile(`${file}.new`, "left by a kill");
  await replaceFile(file, "two", 0o600);
  assert.equal(await Deno.readTextFile(file), "two");
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), ["file"]);
  await Deno.remove(file);
  await replaceFile(file, "three", 0o600);
  if (!WINDOWS) assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
});

Deno.test("a file with a secret is replaced like others, and this account alone may read it", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "file");
  for (const text of ["one", "two"]) {
    replaceFileNow(file, text, { mode: 0o600, isSecret: true });
    assert.equal(await Deno.readTextFile(file), text);
    if (!WINDOWS) assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), ["file"]);
});

Deno.test("a file that cannot be replaced stays, and nothing beside it", async () => {
  await using folder = await testFolder();
  const file = path.join(folder.path, "file");
  await Deno.mkdir(path.join(file, "inside"), { recursive: true });
  await assert.rejects(replaceFile(file, "text"));
  assert.throws(() => replaceFileNow(file, "text"));
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), ["file"]);
});
