import assert from "node:assert/strict";
import { checkRecord } from "../../src/domain/check_record.ts";
import {
  FILE_FIELD_NAMES,
  FILE_TEXT_NAMES,
  flatHead,
  headInOrder,
  headOfFlat,
  headOfTexts,
  textsOfHead,
} from "../../src/domain/file_fields.ts";
import {
  SEGMENT_FIELD_NAMES,
  SEGMENT_FIELDS,
  segmentAt,
  segmentInOrder,
  valuesOf,
} from "../../src/domain/segment_fields.ts";
import { writeCsv } from "../../src/formats/csv_writer.ts";

const RECORD = checkRecord({
  file_id: "f",
  folder: { folder_id: "d", path: "/d", name: "D" },
  ...{ path: "/p", name: "n", size: 5, hash: "ab", subject: "s", poster: "p", groups: ["g"] },
  ...{ created_at: "2025-01-01T00:00:00Z", meta: { x: 1 } },
  segments: [{
    ...{ index: 1, redundancy: 2, size: 3, offset: 4, hash: "h", message_id: "m@x", subject: "t" },
    ...{ internal_subject: "i", group: "g", server: "v", status: "failed", uploaded_at: "2025-01-01T00:00:00Z" },
  }],
});

Deno.test("every list of a segment's fields has those of the table in its order", () => {
  const [segment] = RECORD.segments, names: string[] = SEGMENT_FIELD_NAMES;
  assert.deepEqual(Object.keys(segment), names);
  assert.deepEqual(Object.keys(segmentInOrder(segment)), [...names, "meta"]);
  const values = valuesOf(RECORD.segments, 0, 1);
  assert.deepEqual(Object.keys(values), names);
  assert.deepEqual(segmentAt(values, 0, undefined), segment);
});

Deno.test("every column of a block is one field's", () => {
  const columns = SEGMENT_FIELD_NAMES.map((name) => SEGMENT_FIELDS[name].column as number);
  assert.deepEqual(columns.toSorted((a, b) => a - b), columns.map((_, i) => i));
});

Deno.test("every list of a file's fields has those of the table in its order", () => {
  const { segments: _, ...head } = RECORD, flat = flatHead(head), names: string[] = FILE_FIELD_NAMES;
  for (const each of [head, flat, headInOrder(head), headOfFlat(flat)]) assert.deepEqual(Object.keys(each), names);
  assert.deepEqual(textsOfHead(flat), FILE_TEXT_NAMES.map((name) => flat[name]));
  const texts = textsOfHead(flat);
  assert.deepEqual(headOfTexts(() => texts.shift()!, flat.size, flat.folder), flat);
});

Deno.test("a line of CSV has every field of a segment under its name", async () => {
  const [segment] = RECORD.segments, text = (await Array.fromAsync(writeCsv([RECORD]))).join("");
  const [names, values] = text.split("\r\n").map((line) => line.split(",").slice(-SEGMENT_FIELD_NAMES.length - 1));
  assert.deepEqual(names, [...SEGMENT_FIELD_NAMES.map((name) => `segment_${name}`), "segment_meta"]);
  assert.deepEqual(values, [...SEGMENT_FIELD_NAMES.map((name) => String(segment[name])), ""]);
});
