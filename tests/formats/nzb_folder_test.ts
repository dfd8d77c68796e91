import assert from "node:assert/strict";
import { nzb } from "./collect.ts";

const FILES = ["a", "b"].map((name) =>
  `<file subject="&quot;${name}.rar&quot;"><segments><segment bytes="1" number="1">${name}@x</segment></segments></file>`
).join("");

const meta = (type: string, value: string) => `<meta type="${type}">${value}</meta>`;

async function read(name: string, metas = "") {
  const { files } = await nzb(`<nzb><head>${metas}</head>${FILES}</nzb>`, undefined, name);
  const [{ folder, meta }] = files;
  assert.deepEqual(files.map(({ folder }) => folder), [folder, folder]);
  return { folder: folder!, head: meta?.nzb_head, ids: [folder!.folder_id, ...files.map(({ file_id }) => file_id)] };
}

Deno.test("an NZB is a folder named by its title, else its name in the head, else its own name, else its first file", async () => {
  const own = "C:\\Downloads\\/Own.Name{{secret}} (1).NZB.gz";
  assert.equal((await read(own, meta("tag", "x") + meta("name", "N") + meta("Title", " T "))).folder.name, "T");
  assert.equal((await read(own, meta("title", " ") + meta("name", "N"))).folder.name, "N");
  assert.deepEqual([(await read(own)).folder.name, (await read(own)).folder.path], ["Own.Name (1)", "Own.Name (1)"]);
  assert.equal((await read("")).folder.name, "a.rar");
});

Deno.test("the password in the name of an NZB is kept in its head where that has none", async () => {
  assert.deepEqual((await read("n{{secret}}.nzb")).head, { password: "secret" });
  assert.deepEqual((await read("n{{secret}}.nzb", meta("tag", "x"))).head, { tag: "x", password: "secret" });
  assert.deepEqual((await read("n{{secret}}.nzb", meta("password", "other"))).head, { password: "other" });
  assert.deepEqual((await read("n{{}}.nzb")).head, undefined);
});

Deno.test("the ids of an NZB follow from its head and files, not from its name", async () => {
  const { ids } = await read("one.nzb");
  assert.deepEqual((await read("two.nzb")).ids, ids);
  for (const other of [await read("one{{p}}.nzb"), await read("one.nzb", meta("tag", "x"))]) {
    for (const [i, id] of other.ids.entries()) assert.notEqual(id, ids[i]);
  }
});
