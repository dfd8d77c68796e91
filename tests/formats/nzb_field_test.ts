import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { FileRecord } from "../../src/domain/records.ts";
import { nzb } from "./collect.ts";

/** One segment as programs write it. */
const segment = (number: number | string, id: string, bytes: number | string = 10) =>
  `<segment bytes="${bytes}" number="${number}">${id}</segment>`;

interface FileParts {
  attributes?: string;
  groups?: string;
  segments?: string;
}

const file = (
  { attributes, groups = "<groups><group>a.b.test</group></groups>", segments = segment(1, "a@x") }: FileParts,
) =>
  `<file ${attributes ?? 'poster="p" date="1700000000" subject="&quot;a.rar&quot; yEnc (1/1)"'}>${groups}` +
  `<segments>${segments}</segments></file>`;

const named = (name: string, more: FileParts = {}) => file({ attributes: `subject="&quot;${name}&quot;"`, ...more });
const document = (content: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<nzb>\n${content}\n</nzb>`;

const placesOf = ({ segments }: FileRecord) =>
  segments.map(({ index, redundancy, size, message_id }) => [index, redundancy, size, message_id]);
const namesOf = (files: FileRecord[]) => files.map(({ name }) => name);

/** Reads with the scanner, and with the parser: an entity of its own kind in front of each `<file>` is nothing usual. */
async function read(content: string, name = "") {
  const usual = await nzb(document(content), undefined, name);
  const odd = await nzb(
    document(content.replaceAll("<file", "<?odd?><file").replaceAll("<head", "<?odd?><head")),
    7,
    name,
  );
  assert.deepEqual([odd.files, odd.error?.message], [usual.files, usual.error?.message]);
  assert.deepEqual(odd.notes.map(({ message }) => message), usual.notes.map(({ message }) => message));
  return { ...usual, messages: usual.notes.map(({ message, bad }) => [message, bad]) };
}

Deno.test("of an NZB, a file that cannot be used costs only itself", async () => {
  const unusable: [string, string][] = [
    [named("zero.nfo", { segments: "\n\n" }), "left out zero.nfo: it has no segments"],
    [
      named("zero.nfo", { segments: '<segment number="1" bytes="19588" />' }),
      "left out zero.nfo: it has no usable segments",
    ],
    ['<file subject="x"/>', "left out x: it has no segments"],
    ["<file/>", "left out a file: it has no segments"],
  ];
  for (const [part, message] of unusable) {
    const { files, messages, error } = await read(named("good.rar") + part + named("more.rar"));
    assert.deepEqual([namesOf(files), messages, error], [["good.rar", "more.rar"], [[message, true]], undefined]);
    const alone = await read(part + part);
    assert.equal(alone.error?.message, `none of its files can be stored: ${message.replace(/^.*?: /, "")}`);
    assert.equal(alone.error?.line, 3);
  }
  assert.equal((await read("<head/>")).error?.message, "an NZB without a file");
});

Deno.test("a file of an NZB needs no newsgroup", async () => {
  for (const groups of ["", "<groups/>", "<groups></groups>", "<groups><group> </group></groups>"]) {
    const { files, messages } = await read(named("a.rar", { groups }) + named("b.rar"));
    assert.deepEqual([files.map(({ groups }) => groups), messages], [[[], ["a.b.test"]], []]);
  }
});

Deno.test("a segment of an NZB whose size is missing or none counts 0 bytes", async () => {
  const sizes = ["-728914", "", "x", "1.5", "2147483648", "99999999999999999"];
  const segments = [
    '<segment number="1">n1@x</segment>',
    ...sizes.map((size, i) => segment(i + 2, `n${i + 2}@x`, size)),
  ];
  const { files: [read1], messages } = await read(
    named("a.rar", { segments: segments.join("") + segment(9, "n9@x", 2147483647) }),
  );
  assert.deepEqual(placesOf(read1).map(([, , size]) => size), [0, 0, 0, 0, 0, 0, 0, 2147483647]);
  assert.equal(read1.size, 2147483647);
  assert.deepEqual(messages, [["segments of a.rar that count 0 bytes, since their size is not usable: 7", false]]);
});

Deno.test("of an NZB, articles that share a number are copies, and one that is there twice counts once", async () => {
  const segments = [[1, "a1"], [1, "b1"], [3, "a3"], [2, "a2"], [1, "a1"], [2, "b2"], [1, "c1"], [2, "b2"]] as const;
  const { files: [read1], messages } = await read(
    named("dup.mkv", { segments: segments.map(([number, id], i) => segment(number, `${id}@x`, i + 1)).join("") }),
  );
  assert.deepEqual(placesOf(read1), [
    ...[[0, 0, 1, "a1@x"], [1, 0, 4, "a2@x"], [2, 0, 3, "a3@x"], [0, 1, 2, "b1@x"], [1, 1, 6, "b2@x"], [
      0,
      2,
      7,
      "c1@x",
    ]],
  ]);
  assert.equal(read1.size, 8);
  assert.deepEqual(messages, [["left out segments of dup.mkv: 2 that were there before", false]]);
});

Deno.test("a file of an NZB whose numbers count from 0 has their indexes", async () => {
  for (const numbers of [[0, 1, 2], [2, 0, 1], [0, 1, 2, 0]]) {
    const segments = numbers.map((number, i) => segment(number, i < 3 ? `z${number}@x` : "again@x")).join("");
    const { files: [read1], messages } = await read(named("zero.rar", { segments }) + named("one.rar"));
    assert.deepEqual(placesOf(read1).map(([index, redundancy]) => [index, redundancy]), [
      ...[[0, 0], [1, 0], [2, 0]],
      ...(numbers.length > 3 ? [[0, 1]] : []),
    ]);
    assert.deepEqual(messages, []);
  }
  const most = segment(2 ** 31, "last@x") + segment(2 ** 31 + 1, "beyond@x");
  const { files: [last], messages } = await read(named("a.rar", { segments: most }));
  assert.deepEqual(placesOf(last), [[2 ** 31 - 1, 0, 10, "last@x"]]);
  assert.deepEqual(messages, [["left out segments of a.rar: 1 with an unusable number or Message-ID", true]]);
  const { files: [shifted] } = await read(
    named("a.rar", { segments: segment(0, "first@x") + segment(2 ** 31, "last@x") }),
  );
  assert.deepEqual(placesOf(shifted), [[0, 0, 10, "first@x"]]); // there is no such index
});

Deno.test("a file of an NZB without a subject is named by its first Message-ID", async () => {
  for (const attributes of ['poster="p"', 'subject=""', 'subject="  "']) {
    const { files } = await read(file({ attributes, segments: segment(2, "s2@x") + segment(1, "s1@x") }), "Title.nzb");
    assert.deepEqual([files[0].name, files[0].path, files[0].folder?.name], ["s1@x", "s1@x", "Title"]);
  }
});

Deno.test("a date of an NZB that is none is reported, and the file is kept", async () => {
  const { files, messages } = await read(
    ["1700000000000", "Tue, 14 Nov 2023 22:13:20 GMT", "yesterday", ""]
      .map((date, i) => file({ attributes: `date="${date}" subject="&quot;${i}.rar&quot;"` })).join(""),
  );
  const time = "2023-11-14T22:13:20Z";
  assert.deepEqual(files.map(({ created_at }) => created_at), [time, time, null, null]);
  assert.deepEqual(messages, [["left out the date of 2.rar, which is none: yesterday", false]]);
});

Deno.test("HTML's named entities stand for their characters in an NZB, with a DOCTYPE or without", async () => {
  for (
    const doctype of ["", '<!DOCTYPE nzb PUBLIC "-//newzBin//DTD NZB 1.1//EN" "http://www.newzbin.com/nzb-1.1.dtd">\n']
  ) {
    for (const odd of ["", "<?odd?>"]) {
      const content = `<head><meta type="title">&Eacute;t&eacute;&hellip;</meta></head>${odd}` +
        named("M&auml;dchen&nbsp;&NotEqualTilde;&AMP;.rar", { groups: "<groups><group>a.&szlig;</group></groups>" });
      const { files: [read1], error } = await nzb(`<?xml version="1.0"?>\n${doctype}<nzb>${content}</nzb>`);
      assert.equal(error, undefined);
      assert.deepEqual([read1.name, read1.folder?.name], ["Mädchen\u00a0≂̸&.rar", "Été…"]);
      assert.deepEqual(read1.groups, ["a.ß"]);
    }
  }
  const { error } = await nzb(document(`\n${named("a &nosuch; b &auml;")}`));
  assert.deepEqual([error?.message, error?.line], ["not well-formed XML: an & that begins no reference XML knows", 4]);
});

/** Texts in encodings, as their bytes. */
const ENCODED: [encoding: string, bytes: number[], text: string][] = [
  ["windows-1251", [0xca, 0xe8, 0xed, 0xee], "Кино"],
  ["ISO-8859-15", [0x31, 0xa4], "1€"],
  ["iso-8859-2", [0xb3, 0xf3, 0x64, 0xbc], "łódź"],
  ["KOI8-R", [0xeb, 0xc9, 0xce, 0xcf], "Кино"],
  ["Shift_JIS", [0x93, 0x8c, 0x8b, 0x9e], "東京"],
  ["EUC-JP", [0xc5, 0xec, 0xb5, 0xfe], "東京"],
  ["ISO-2022-JP", [0x1b, 0x24, 0x42, 0x45, 0x6c, 0x35, 0x7e, 0x1b, 0x28, 0x42], "東京"],
  ["gb18030", [0x95, 0x32, 0x82, 0x36, 0xb6, 0xab], "𠀀东"],
  ["GBK", [0xb6, 0xab], "东"],
  ["Big5", [0xaa, 0x46], "東"],
  ["EUC-KR", [0xbf, 0xb5, 0xc8, 0xad], "영화"],
  ["windows-1252", [0x80, 0x99], "€™"],
  ["iso-8859-1", [0xe9, 0x85], "é\u0085"],
  ["us-ascii", [0x65], "e"],
  ["utf-16", [0xc3, 0xa9], "é"], // what .NET writes into a text that is stored as UTF-8
];

/** An NZB that declares an encoding, with bytes as the name of its file. */
function encoded(encoding: string, bytes: number[]): Uint8Array {
  const [before, after] = document(named("|.rar")).replace("UTF-8", encoding).split("|");
  return Buffer.concat([Buffer.from(before), Uint8Array.from(bytes), Buffer.from(after)]);
}

Deno.test("an NZB is read in every encoding that it declares, cut anywhere", async () => {
  for (const [encoding, bytes, text] of ENCODED) {
    for (const pieceSize of [undefined, 1]) {
      const { files, error } = await nzb(encoded(encoding, bytes), pieceSize);
      assert.deepEqual([error, files[0]?.name], [undefined, `${text}.rar`], encoding);
    }
  }
});

Deno.test("an NZB in UTF-16 is known by its first bytes, whatever it declares", async () => {
  for (const mark of ["\ufeff", ""]) {
    const little = Buffer.from(mark + document(named("été 𠀀.rar")), "utf16le");
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      for (const pieceSize of [undefined, 3]) {
        const { files, error } = await nzb(bytes, pieceSize);
        assert.deepEqual([error, files[0]?.name], [undefined, "été 𠀀.rar"]);
      }
    }
  }
});

Deno.test("an encoding that is unknown is refused by its name, bytes that are none in it by their position", async () => {
  for (const encoding of ["x-unheard-of", "utf-7", "iso-8859-12"]) {
    const { error } = await nzb(encoded(encoding, [0x65]));
    assert.deepEqual([error?.message, error?.line], [`the encoding ${encoding} is not supported`, 1]);
  }
  const utf32 = Buffer.from([0xff, 0xfe, 0, 0, ...Array.from(document(""), (c) => [c.charCodeAt(0), 0, 0, 0]).flat()]);
  assert.equal((await nzb(utf32)).error?.message, "the encoding UTF-32 is not supported");
  for (
    const [encoding, bytes] of [["Shift_JIS", [0x93, 0xff]], ["utf-8", [0xff]], ["us-ascii", [0xe9]], ["gb18030", [
      0xff,
    ]]] as const
  ) {
    const { error } = await nzb(encoded(encoding, [...bytes]));
    assert.match(error!.message, new RegExp(`^not valid ${encoding}`, "i"));
    assert.equal(error?.line, 3, encoding);
  }
});
