import assert from "node:assert/strict";
import fc from "fast-check";
import { fileWords, searchParts, searchTerms, searchWords } from "../../src/domain/search_words.ts";
import { runs } from "../support/effort.ts";

Deno.test("words are folded, and scripts without spaces are pairs of characters", () => {
  const expected: [string, string[]][] = [
    ["The.Big-Movie_2024", ["the", "big", "movie", "2024"]],
    ["Straße ŁÓDŹ Æ Œ Ø ı İ Đ Ð Þ ẞ", ["strasse", "lodz", "ae", "oe", "o", "i", "i", "d", "d", "th", "ss"]],
    ["進撃の巨人", ["進撃", "撃の", "の巨", "巨人", "人"]],
    ["東京2020tokyo", ["東京", "京", "2020tokyo"]],
    ["영화", ["영화", "화"]],
    ["人", ["人"]],
    ["𠮷野家", ["𠮷野", "野家", "家"]],
    ["コーヒー", ["コー", "ーヒ", "ヒー", "ー"]],
    ["ไทย", ["ไท", "ทย", "ย"]],
  ];
  for (const [text, words] of expected) assert.deepEqual(searchWords(text), words, text);
  assert.deepEqual(searchTerms(searchParts("巨人* abc* 人")), [
    { word: "巨人", prefix: false },
    { word: "abc", prefix: true },
    { word: "人", prefix: true },
  ]);
});

const UNSPACED = [..."日本語進撃の巨人東京カタカナー한국어영화ไทยภาษาລາວខ្មមြန်𠮷がパ가"];

Deno.test("any part of a run without spaces is found in it", () => {
  const runsOf = fc.array(fc.constantFrom(...UNSPACED), { minLength: 1, maxLength: 12 });
  const cut = fc.tuple(fc.nat(), fc.nat());
  fc.assert(
    fc.property(runsOf, cut, fc.string({ unit: "binary" }), (run, [from, length], other) => {
      const start = from % run.length, part = run.slice(start, start + 1 + length % 12).join("");
      const words = fileWords({ name: `a.${run.join("")}1`, path: other, subject: null, folder: null }, []);
      for (const { word, prefix } of searchTerms(searchParts(part))) {
        assert.ok(words.some((w) => prefix ? w.startsWith(word) : w === word), `${part} in ${run.join("")}: ${word}`);
      }
    }),
    { numRuns: runs(500, 20_000) },
  );
});

Deno.test("what a text has been folded to is found by the text, and by itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 12 }), (text) => {
      const words = new Set(searchWords(`x ${text}`));
      const holds = (query: string) =>
        searchTerms(searchParts(query)).every(({ word, prefix }) =>
          prefix ? [...words].some((w) => w.startsWith(word)) : words.has(word)
        );
      assert.ok(holds(text.replaceAll("*", " ")), text);
      for (const word of words) assert.ok(holds(word), `${word} of ${text}`);
    }),
    { numRuns: runs(1000, 50_000) },
  );
});

Deno.test("of a file with a great many words the first ones are known", () => {
  const name = Array.from(
    { length: 300_000 },
    (_, i) => String.fromCodePoint(0x4e00 + (i * 7919 + (i >> 1) * (i >> 9)) % 20_000),
  ).join("");
  const words = fileWords({ name, path: "", subject: null, folder: { name: "last" } }, []);
  assert.ok(words.reduce((bytes, word) => bytes + new TextEncoder().encode(word).length + 4, 0) <= 900_000);
  assert.ok(!words.includes("last"));
});
