// deno-lint-ignore-file no-regex-spaces -- columns of tables
import assert from "node:assert/strict";
import { cutToWidth, displayWidth } from "../../src/cli/display_width.ts";
import { type Column, formatTable } from "../../src/cli/text_table.ts";

const COLUMNS: Column[] = [
  { name: "FILE_ID", kind: "id" },
  { name: "SEGMENTS", kind: "count", isOptional: true },
  { name: "BYTES", kind: "bytes" },
  { name: "NAME", kind: "text" },
];
const ROWS = [
  ["nzb-24b73dcaea88a46f740322bc1ba1e937", 12345, 42314, "holiday.part2.rar"],
  ["日本", null, 1652150, "名前のとても長いファイル.rar und noch viel länger, so dass es nirgends mehr passt"],
];

Deno.test("a table is as wide as the terminal allows: texts are cut, then columns left out, then ids cut", () => {
  assert.equal(
    formatTable(COLUMNS, ROWS, 100),
    "FILE_ID                               SEGMENTS    BYTES  NAME\n" +
      "nzb-24b73dcaea88a46f740322bc1ba1e937    12,345  42.3 kB  holiday.part2.rar\n" +
      "日本                                         -  1.65 MB  名前のとても長いファイル.rar und noch viel…",
  );
  assert.match(formatTable(COLUMNS, ROWS, 78), /BYTES  NAME\n.*holiday.part2.rar\n.*名前のとても長いファ…$/);
  assert.doesNotMatch(formatTable(COLUMNS, ROWS, 70), /SEGMENTS/);
  for (let width = 20; width <= 200; width++) {
    for (const line of formatTable(COLUMNS, ROWS, width).split("\n")) {
      assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
    }
  }
  assert.match(formatTable(COLUMNS, ROWS, 40), /^FILE_ID +BYTES  NAME\nnzb-\w+…  42\.3 kB  holiday\.part2…\n/);
});

Deno.test("elsewhere than on a terminal a table is whole values between tabs", () => {
  const text = formatTable(COLUMNS, [...ROWS, ["tab\t", 1, 2, "line\nfeed\u202e"]], undefined);
  assert.deepEqual(text.split("\n").map((line) => line.split("\t")), [
    ["FILE_ID", "SEGMENTS", "BYTES", "NAME"],
    ROWS[0].map(String),
    ["日本", "-", "1652150", ROWS[1][3]],
    ["tab<U+0009>", "1", "2", "line<U+000A>feed<U+202E>"],
  ]);
});

Deno.test("a text is cut between letters", () => {
  assert.equal(cutToWidth("👩‍👧👩‍👧👩‍👧", 5), "👩‍👧👩‍👧…");
  assert.equal(cutToWidth("ab", 2), "ab");
  assert.equal(cutToWidth("日本語", 4), "日…");
});

Deno.test("a text takes as many columns as a terminal shows of it, however odd it is", () => {
  const widths: [string, number][] = [
    ...[["été", 3], ["e\u0301", 1], ["日本語", 6], ["한", 2], ["ﾊﾞ", 2], ["｡", 1], ["ก็", 1]] as [string, number][],
    ...[["👩‍👧", 2], ["🇩🇪", 2], ["👍🏽", 2], ["❤️", 2], ["\u200b", 0], ["", 0]] as [string, number][],
    ...[["\u0600", 0], ["a\u0600", 1], ["\u0600a", 1], ["\ufff9", 0]] as [string, number][], // what stands before a letter, without one
  ];
  for (const [text, width] of widths) assert.equal(displayWidth(text), width, JSON.stringify(text));
});
