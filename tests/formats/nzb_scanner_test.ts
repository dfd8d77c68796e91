import assert from "node:assert/strict";
import { NzbContent } from "../../src/formats/nzb_content.ts";
import { NzbScanner } from "../../src/formats/nzb_scanner.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { written } from "./collect.ts";

/** Scans a document in pieces; gives what was read of it and what the scanner left. */
function scan(document: string, pieceSize: number): { segments: number; left: string; scanner: NzbScanner } {
  let segments = 0;
  const scanner = new NzbScanner(
    new NzbContent({ take: ({ columns }) => void (segments += columns.count), report: () => {} }, { name: "" }),
  );
  const bytes = new TextEncoder().encode(document);
  let at = 0;
  for (let end = pieceSize; !scanner.isOdd; end = Math.min(end + pieceSize, bytes.length)) {
    at += scanner.scan(bytes.subarray(at, end));
    if (end >= bytes.length) break;
  }
  return { segments, left: new TextDecoder().decode(bytes.subarray(at)).trim(), scanner };
}

Deno.test("the scanner reads all of an NZB as programs write it, up to the end of the document, in pieces of any size", async () => {
  const document = await written(writeNzb(generateFiles({ segments: 3000, seed: 7, kind: "nzb" })));
  for (const pieceSize of [document.length * 3, 20_000, 777]) {
    const { segments, left } = scan(document, pieceSize);
    assert.equal(segments, 3000);
    assert.equal(left, "</nzb>");
  }
});

Deno.test("the scanner stops before what is unusual, with the line and column that it has reached", () => {
  const start = '<?xml version="1.0"?>\n<nzb>\n<file poster="ö" date="1" subject="s">';
  const { scanner, left } = scan(`${start}<![CDATA[x]]><groups>`, 1e6);
  assert.equal(scanner.isOdd, true);
  assert.equal(scanner.inside, "file");
  assert.deepEqual(scanner.position, { line: 3, column: start.split("\n")[2].length });
  assert.equal(left, "<![CDATA[x]]><groups>");
});
