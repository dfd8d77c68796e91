import assert from "node:assert/strict";
import { oneLine } from "../../src/cli/format_text.ts";

Deno.test("characters that a terminal would act on are made visible", () => {
  const expected: [string, string][] = [
    ["invoice\u202efdp.exe", "invoice<U+202E>fdp.exe"],
    ["a\u2066b\u2069c\u200f\u061c", "a<U+2066>b<U+2069>c<U+200F><U+061C>"],
    ["\u001b[31m\t\r\n\u0085", "<U+001B>[31m<U+0009><U+000D><U+000A><U+0085>"],
    ["a\u2028b", "a<U+2028>b"],
    ["Übergröße 日本語 👩‍👧 שלום", "Übergröße 日本語 👩‍👧 שלום"],
  ];
  for (const [text, shown] of expected) assert.equal(oneLine(text), shown);
});
