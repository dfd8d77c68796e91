import assert from "node:assert/strict";
import { nameOfSubject } from "../../src/formats/name_of_subject.ts";

Deno.test("the name of a file is found in its subject as downloaders do", () => {
  const names = {
    '[1/5] - "Big Buck Bunny - S01E01.mkv" yEnc (1/24) 16981056': "Big Buck Bunny - S01E01.mkv",
    "Here's your file!  abc-mr2a.r01 (1/2)": "abc-mr2a.r01",
    '"" "b.rar" yEnc (1/2)': "b.rar",
    '" spaced.rar " yEnc': "spaced.rar",
    '"only one quote.rar yEnc (1/2)': "quote.rar",
    "[12/34] some.release.name-GRP.part01.rar (1/99) yEnc": "some.release.name-GRP.part01.rar",
    "post of 1.25GB (photo.jpg) 2.0MB": "photo.jpg",
    "a.vol00+01.par2 1.000.000 (1/2)": "a.vol00+01.par2",
    WQDMm92SQnbDguxHUwXugqbku5Z22JSs: "WQDMm92SQnbDguxHUwXugqbku5Z22JSs",
    "no name at all (1/2)": "no name at all (1/2)",
    "": "",
    '""': '""',
  };
  for (const [subject, name] of Object.entries(names)) assert.equal(nameOfSubject(subject), name, subject);
});

Deno.test("a very long subject takes no long time", () => {
  const start = performance.now();
  for (const part of ['"', "(", ". ", "a.b", " ", '" ']) nameOfSubject(part.repeat(2_000_000));
  assert.ok(performance.now() - start < 20_000, "quadratic");
});
