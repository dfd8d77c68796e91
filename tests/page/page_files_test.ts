import assert from "node:assert/strict";
import { PAGE_FILES } from "../../src/page/page_files.ts";

const FOLDER = new URL("../../src/page/", import.meta.url);

Deno.test("every file of the page is served, and all that they load", () => {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => !/\.(ts|html)$/.test(name));
  const served = [...PAGE_FILES.keys()].map((path) => path.replace("/assets/", ""));
  assert.deepEqual(served.toSorted(), ["/", "uplot.css", "uplot.js", ...names].toSorted());
  for (const [path, { type, text }] of PAGE_FILES) {
    assert.match(type, /^(text\/(html|javascript|css); charset=utf-8|image\/svg\+xml)$/, path);
    if (path.includes("uplot")) continue;
    for (const [, name] of text.matchAll(/(?:src|href)="(\/[^"#]*)"/g)) assert.ok(PAGE_FILES.has(name), name);
    for (const [, name] of text.matchAll(/^import .* from "\.\/(.*)";$/gm)) {
      assert.ok(PAGE_FILES.has(`/assets/${name}`), `${path} imports ${name}`);
    }
  }
});
