import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import { identify } from "../../src/formats/identify.ts";
import {
  FORMATS,
  INPUT_FORMATS,
  KNOWN_INPUTS,
  nameHint,
  OUTPUT_FORMATS,
  outputNamed,
} from "../../src/formats/formats.ts";

/** What a name says, in short. */
function told(name: string): string {
  const { format, isPacked, isInexact } = nameHint(name);
  return [format?.name, isPacked && "packed", isInexact && "inexact"].filter(Boolean).join(" ");
}

Deno.test("a name says what to expect, in whatever case", () => {
  const names = {
    "a.nzb": "NZB",
    "C:\\My Files\\A.B.NZB": "NZB",
    "a.nzb.gz": "NZB packed",
    "a.Nzb.BZ2": "NZB packed",
    "a.nzb.zip.xz": "NZB packed",
    "a.ndjson": "NDJSON",
    "a.jsonl.gz": "NDJSON packed",
    "usenetsync.db": "UsenetSync database",
    "usenetsync.db.xz": "UsenetSync database packed",
    "a.zip": "packed",
    "a.nzb.queued": "NZB inexact",
    "a.nzb.gz.bak": "NZB inexact",
    "a.db.bak": "",
    "a.nzbs": "",
    "nzb": "",
    "a.json": "",
    "": "",
  };
  for (const [name, expected] of Object.entries(names)) assert.equal(told(name), expected, name);
});

/** What bytes are, in short. */
function whatIs(bytes: Uint8Array | string, name = ""): string {
  const start = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  const identity = identify(start.subarray(0, 512), nameHint(name).format);
  if (identity.is === "input") return identity.format.name;
  if (identity.is === "packed") return identity.packing.name;
  return identity.is === "archive" ? "zip" : identity.why;
}

function utf16(text: string, isBigEndian: boolean): Buffer {
  const bytes = Buffer.from(text, "utf16le");
  return isBigEndian ? bytes.swap16() : bytes;
}

Deno.test("an input is told by its first bytes, in any encoding", () => {
  for (const [text, format] of [[" \r\n<?xml", "NZB"], ["<nzb", "NZB"], ['\n{"file_id"', "NDJSON"]]) {
    assert.equal(whatIs(text), format);
    assert.equal(whatIs(Buffer.from("\ufeff" + text)), format);
    for (const isBigEndian of [true, false]) {
      assert.equal(whatIs(utf16("\ufeff" + text, isBigEndian)), format);
      assert.equal(whatIs(utf16(text, isBigEndian)), format);
    }
  }
  assert.equal(whatIs("SQLite format 3\0"), "UsenetSync database");
  assert.equal(whatIs(gzipSync("x")), "gzip");
  assert.equal(whatIs("BZh91AY&SY"), "bzip2");
  assert.equal(whatIs("\xfd7zXZ\0"), "xz");
  assert.equal(whatIs("PK\x03\x04"), "zip");
});

Deno.test("what is no input is named as what it is, with what to do", () => {
  const kinds = {
    "Rar!\x1a\x07\x01\0": /^this is a RAR archive: unpack it and import what is in it$/,
    "7z\xbc\xaf\x27\x1c": /^this is a 7z archive: unpack it/,
    "\x28\xb5\x2f\xfd": /^it is packed with Zstandard: unpack it/,
    "%PDF-1.7": /^this is a PDF$/,
    "MZ\x90\0\x03": /^this is a program$/,
    "": /^this is an empty file$/,
    " \r\n": /^this is nothing but white space$/,
    "\r\n<!DOCTYPE html>": /^this is an HTML page: download the NZB again/,
    "<HTML lang=en>": /^this is an HTML page/,
    '[{"file_id": 1}]': /^this is JSON of another shape: NDJSON has one record a line/,
    "name,size\n": /^this is of an unknown kind: it begins with "name,size"$/,
    "\x01\x02\xff": /^this is of an unknown kind: it begins with the bytes 01 02 ff$/,
  };
  for (const [bytes, expected] of Object.entries(kinds)) assert.match(whatIs(bytes), expected, bytes);
  assert.match(whatIs("PRiVATE", "a.nzb"), /^this is no NZB: it begins with "PRiVATE"$/);
  assert.match(whatIs(Buffer.alloc(512).fill("ustar", 257, 262)), /^this is a tar archive/);
});

Deno.test("lines of an unknown kind are lines where the name says so, since each is for itself", () => {
  for (const text of ["", "\n \n", "nonsense\n{}", "\ufeff"]) {
    assert.equal(whatIs(Buffer.from(text), "a.ndjson"), "NDJSON");
  }
  assert.match(whatIs("Rar!\x1a\x07", "a.ndjson"), /RAR/);
});

Deno.test("every format and packing is named where people are told what is known", () => {
  for (const { name, endings } of INPUT_FORMATS) {
    assert.ok([name, ...endings].every((word) => KNOWN_INPUTS.includes(word)));
  }
  assert.match(KNOWN_INPUTS, /packed \(\.gz, \.bz2, \.xz, \.zip\)$/);
});

Deno.test("every format has an ending and a name of its own, and can be read or written", () => {
  const endings = FORMATS.flatMap(({ endings }) => endings), outputs = [...OUTPUT_FORMATS.keys()];
  assert.equal(new Set(endings).size, endings.length);
  for (const { reading, output } of FORMATS) assert.ok(reading !== null || output);
  assert.deepEqual(outputs.map((id) => outputNamed(`a.${id}.gz`)), outputs);
});
