import assert from "node:assert/strict";
import path from "node:path";
import { remove, removeNow, rename, renameNow, whileHeld } from "../../src/files/held.ts";
import { testFolder } from "../postgres_server/test_folder.ts";

Deno.test("a file that is held for a moment is waited for", async () => {
  let tries = 0;
  const held = () => Promise.reject(new Deno.errors.Busy("held"));
  const done = await whileHeld(() => ++tries < 4 ? held() : Promise.resolve("done"), { held: () => true });
  assert.deepEqual([done, tries], ["done", 4]);
  await assert.rejects(whileHeld(held, { held: () => true, forMs: 100 }), /held/);
  tries = 0;
  await assert.rejects(whileHeld(() => (tries++, held()), { held: () => false }), /held/);
  assert.equal(tries, 1);
});

Deno.test("a folder with an open file is renamed and removed once the file is closed", async () => {
  await using folder = await testFolder();
  const [from, to] = ["from", "to"].map((name) => path.join(folder.path, name));
  await Deno.mkdir(from);
  for (const move of [() => rename(from, to), () => remove(to)]) {
    const inside = path.join((await Deno.stat(from).catch(() => undefined)) ? from : to, "held");
    const held = await Deno.open(inside, { write: true, create: true });
    setTimeout(() => held.close(), 300);
    await move();
  }
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("what is renamed and removed at once is so when it returns, and nothing to remove is no error", async () => {
  await using folder = await testFolder();
  const [from, to] = ["from", "to"].map((name) => path.join(folder.path, name));
  await Deno.mkdir(path.join(from, "inside"), { recursive: true });
  renameNow(from, to);
  removeNow(to);
  removeNow(to);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
  assert.throws(() => renameNow(from, to), /ENOENT/);
});
