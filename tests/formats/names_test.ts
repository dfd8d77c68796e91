import assert from "node:assert/strict";
import { nameOfSubject } from "../../src/formats/name_of_subject.ts";

/** Subjects of one kind, and the names that they hold. */
const NAMES: Record<string, Record<string, string>> = {
  "in quotes": {
    '[1/5] - "Big Buck Bunny - S01E01.mkv" yEnc (1/24) 16981056': "Big Buck Bunny - S01E01.mkv",
    'f00d [18/19] - "f00dcafe4e5f60718293a4b5c6d7e8f9" yEnc (65/68)': "f00dcafe4e5f60718293a4b5c6d7e8f9",
    '(1/6) Contents.info>>>by nobody "Author, An - Paper.epub.rar" - 3,00 MB yEnc (1/4)': "Author, An - Paper.epub.rar",
    '61-0[001/101] - "61-2.0toolong" yEnc (1/250) (1/250)': "61-2.0toolong",
    '"" "b.rar" yEnc (1/2)': "b.rar",
    '" spaced.rar " yEnc': "spaced.rar",
  },
  "in quotes that hold quotes": {
    'the "file with "more" inside.rar" yEnc (1/1)': 'file with "more" inside.rar',
    'twice [02/30] - ""quoted.part.nzb"" yEnc': "quoted.part.nzb",
    '[1/2] - "a.rar" and 5" more yEnc (1/3)': "a.rar",
  },
  "in quotes, beside others that are no file name": {
    '"Some Release 5.1" [1/5] - "file.part1.rar" yEnc (1/3)': "file.part1.rar",
    '"first" and "second" yEnc (1/3)': "first",
  },
  "in brackets": {
    '[PRiVATE]-[x1y2z]-[3/paper.boats.2019.mkv] - "" yEnc 998877 (1/14)': "paper.boats.2019.mkv",
    '[PRiVATE]-[x1y2z]-[Boats_(2019)_AAC_-GRP_[x1].mkv]-[1/23] - "" yEnc  1002003004 (1/9931)':
      "Boats_(2019)_AAC_-GRP_[x1].mkv",
    '[PRiVATE]-[x1y2z]-[boats.s01e03.web.h264-grp.r01]-[4/12] - "" yEnc  2000 (1/280)': "boats.s01e03.web.h264-grp.r01",
    '[PRiVATE]-[x1y2z]-[/boats.web.h264/boats.mkv]-[1/2] - "" yEnc (1/4173)': "boats.mkv",
    '[N3wZ] abc\\::[PRiVATE]-[x]-[00000.clpi]-[1/46] - "" yEnc  788 (1/1)': "00000.clpi",
    "[PRiVATE]-[219]-[1/boats.mkv] -  yEnc (1/[PRiVATE] \\c2::/97bd/) 1 (1/0)": "boats.mkv",
    "Something [That is it.exe]": "That is it.exe",
    "post of 1.25GB (photo.jpg) 2.0MB": "photo.jpg",
  },
  "all but counters and sizes": {
    "[012/140] - [North] Paper Boats, Vol-2 - 07 (1080p) [0F1E2D3C].mkv yEnc (1/1804) 1290034411":
      "[North] Paper Boats, Vol-2 - 07 (1080p) [0F1E2D3C].mkv",
    "[34/44] - id.bdmv yEnc (1/1)": "id.bdmv",
    "11-an_artist-a_track-9b64c701.flac (1/0)": "11-an_artist-a_track-9b64c701.flac",
    "03 Third Song.mp3": "03 Third Song.mp3",
    "Some Film (2011).mkv": "Some Film (2011).mkv",
    "Singer - Album (2005) - [04/25] - 02 Song (I Know).flac":
      "Singer - Album (2005) - [04/25] - 02 Song (I Know).flac",
    "[12/34] some.release.name-GRP.part01.rar (1/99) yEnc": "some.release.name-GRP.part01.rar",
    "(1/9) [2 of 12] a.vol00+01.par2 1.000.000 (1/2)": "a.vol00+01.par2",
    "[1 of 9] - name.7z.001 - 3.5 MB - yEnc (1/9)": "name.7z.001",
    "The yEnc Manual.pdf yEnc (1/3)": "The yEnc Manual.pdf",
    '"only one quote.rar yEnc (1/2)': "only one quote.rar",
    "Here's your file!  abc-mr2a.r01 (1/2)": "abc-mr2a.r01",
  },
  "none, so that all but counters and sizes stands for it": {
    "WQDMm92SQnbDguxHUwXugqbku5Z22JSs": "WQDMm92SQnbDguxHUwXugqbku5Z22JSs",
    "no name at all (1/2)": "no name at all",
    "[2/9] Some Film 2011 yEnc (1/7)": "Some Film 2011",
    "[www.example.com] [Paper.Boats.2019] [AAC2.0] [web.h264] yEnc (1/3)":
      "[www.example.com] [Paper.Boats.2019] [AAC2.0] [web.h264]",
    "Something [That is it.123nonsense]": "Something [That is it.123nonsense]",
    "<>random!>": "<>random!>",
    "x]-[Half_of_it_": "x]-[Half_of_it_",
  },
  "none, and nothing else": { "": "", '""': '""', "yEnc (1/2)": "yEnc (1/2)", "[1/2] (3/4)": "[1/2] (3/4)" },
};

for (const [where, names] of Object.entries(NAMES)) {
  Deno.test(`the name of a file is found in its subject as downloaders do: ${where}`, () => {
    for (const [subject, name] of Object.entries(names)) assert.equal(nameOfSubject(subject), name, subject);
  });
}

Deno.test("a very long subject takes no long time", () => {
  const start = performance.now();
  for (const part of ['"', "(", ". ", " ", '"a', "(1/2)", "[a.rar", "[ ", " yEnc", "! "]) {
    nameOfSubject(part.repeat(100_000) + "]".repeat(100_000));
  }
  assert.ok(performance.now() - start < 10_000, "quadratic");
});
