import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { STATUSES } from "../../src/domain/segment_fields.ts";
import { NdjsonLines } from "../../src/formats/ndjson_reader.ts";
import { NdjsonScanner } from "../../src/formats/ndjson_scanner.ts";
import type { Note } from "../../src/formats/note.ts";
import { RoutingPacker } from "../../src/store/routing_packer.ts";
import { runs } from "../support/effort.ts";
import { looseRecords } from "./records.ts";

/** What lines become, packed, and what is noted of them. */
function packed(text: Uint8Array, reads: "read" | "readFiles") {
  const notes: Note[] = [], lines = new NdjsonLines((note) => notes.push(note)), packer = new RoutingPacker(2);
  for (const file of lines[reads](text)) packer.add(file);
  return { notes, lines: lines.lines, packed: packer.take() };
}

/** One of the usual values, now and then an odd one. */
function mostly<Usual, Odd>(usual: Usual[], odd: Odd[]) {
  return fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...usual) }, {
    weight: 1,
    arbitrary: fc.constantFrom(...odd),
  });
}

const words = mostly(["", "a", "a@b.example", "alt.binaries.test", " a ", null], ["ü", 'say "hi"', "a\\b", "a\x7f", 1]);
const numbers = mostly([0, 1, 716_800, 2 ** 31 - 1], [2 ** 31, 2 ** 53 - 1, 2 ** 53, -1, 1.5, null, "1"]);
const names = mostly(["a", "ä", 'say "hi"'], [null, 1]);
const usualSegments = fc.record({
  index: numbers,
  redundancy: mostly([0, 1], [null, 2 ** 31]),
  size: numbers,
  offset: fc.option(numbers),
  ...{ hash: words, message_id: mostly(["", "a@b", "b@c", null], ["<a@b>", " a@b", "a@b ", "é@b"]), subject: words },
  ...{ internal_subject: words, group: words, server: words },
  status: mostly([...STATUSES, null], ["lost", ""]),
  uploaded_at: mostly(["2025-08-02T01:01:07Z", "1999-12-31t23:59:60.25z", null], ["2025-02-30T01:01:07Z", ""]),
  meta: mostly([undefined], [null, {}, { a: 1 }]),
}, { requiredKeys: ["index", "size"] });
const usual = fc.record({ file_id: names, path: names, name: names, size: numbers }).chain((
  head,
) =>
  fc.array(usualSegments, { minLength: 1, maxLength: 4 }).map((segments) => ({
    ...head,
    segments: segments.map(countedFrom(segments)),
  }))
);

/** Half of the lists have indexes that go up. */
function countedFrom(segments: { size: unknown }[]) {
  const isCounted = segments[0]?.size !== 0;
  return (segment: object, i: number) => isCounted ? { ...segment, index: i } : segment;
}

const lines = fc.oneof(
  { weight: 4, arbitrary: usual.map((record) => JSON.stringify(record)) },
  { weight: 1, arbitrary: looseRecords.map((record) => JSON.stringify(record)) },
  { weight: 1, arbitrary: usual.map((record) => JSON.stringify(record, null, 1).replaceAll("\n", "")) },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", " ", "{}", "nonsense", '{"segments":[', '{"file_id":"a","segments":[]}'),
  },
);

/** A line with something of it changed: a piece left out, doubled, or a character in its place. */
const damaged = fc.tuple(
  lines,
  fc.nat(2000),
  fc.nat(12),
  fc.constantFrom("", "twice", "\\", '"', "0", ",", "]", "e", "é"),
).map(
  ([line, at, length, by]) => {
    const start = at % (line.length + 1), piece = line.slice(start, start + length);
    return line.slice(0, start) + (by === "twice" ? piece + piece : by) + line.slice(start + length);
  },
);

Deno.test("what the scanner reads of NDJSON is what JSON and the checks of a record make of it", () => {
  let scanned = 0;
  fc.assert(
    fc.property(fc.array(fc.oneof(lines, damaged), { maxLength: 5 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
      const text = Buffer.from(lines.join(end));
      assert.deepEqual(packed(text, "readFiles"), packed(text, "read"));
      for (const line of lines) if (new NdjsonScanner().read(Buffer.from(line), 0, Buffer.byteLength(line))) scanned++;
    }),
    { numRuns: runs(300, 30_000) },
  );
  assert.ok(scanned > 50, `only ${scanned} lines were scanned`);
});

Deno.test("the scanner takes lines as JSON.stringify writes them, of any number of segments", () => {
  for (const count of [1, 1024, 1025, 5000]) {
    const segments = Array.from({ length: count }, (_, index) => ({
      ...{
        index,
        redundancy: 0,
        size: 716_800,
        offset: index * 716_800,
        hash: null,
        message_id: `${index}@example`,
        subject: null,
      },
      ...{ internal_subject: null, group: "alt.binaries.test", server: null, status: "uploaded", uploaded_at: null },
    }));
    const line = Buffer.from(
      JSON.stringify({ file_id: "a", path: "ä", name: "n", size: 1, meta: { "segments": [1] }, segments }),
    );
    assert.equal(new NdjsonScanner().read(line, 0, line.length)?.columns.count, count);
    assert.deepEqual(packed(line, "readFiles"), packed(line, "read"));
  }
});
