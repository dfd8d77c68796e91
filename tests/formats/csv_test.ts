import assert from "node:assert/strict";
import fc from "fast-check";
import type { FileRecord } from "../../src/domain/records.ts";
import { checkRecord } from "../../src/domain/check_record.ts";
import { writeCsv } from "../../src/formats/csv_writer.ts";
import { written } from "./collect.ts";
import { hasPython, runPython } from "./python.ts";
import { records } from "./records.ts";

const HEADER =
  "file_id,folder_id,folder_path,folder_name,path,name,size,hash,subject,poster,groups,created_at,folder_meta," +
  "meta,segment_index,segment_redundancy,segment_size,segment_offset,segment_hash,segment_message_id,segment_subject," +
  "segment_internal_subject,segment_group,segment_server,segment_status,segment_uploaded_at,segment_meta\r\n";

Deno.test("CSV has a line for each segment, and one for a file without", async () => {
  const file = checkRecord({
    file_id: "f",
    folder: { folder_id: "d", path: "a,b", name: 'say "x"' },
    path: "p",
    name: " n",
    size: 3,
    subject: "",
    groups: ["a.b", "c.d"],
    meta: { k: [1] },
    segments: [
      { index: 0, size: 2, offset: 0, message_id: "a@b", uploaded_at: "2025-08-02T01:01:07Z" },
      { index: 1, size: 1, subject: "two\nlines", x: 1 },
    ],
  });
  const start = 'f,d,"a,b","say ""x""",p," n",3,,"",,a.b c.d,,,"{""k"":[1]}",';
  assert.equal(
    await written(writeCsv([file, { ...file, folder: null, segments: [] }])),
    HEADER +
      start + "0,0,2,0,,a@b,,,,,uploaded,2025-08-02T01:01:07Z,\r\n" +
      start + '1,0,1,,,,"two\nlines",,,,pending,,"{""x"":1}"\r\n' +
      'f,,,,p," n",3,,"",,a.b c.d,,,"{""k"":[1]}",' + ",".repeat(12) + "\r\n",
  );
});

Deno.test("an export of nothing as CSV has the header", async () => {
  assert.equal(await written(writeCsv([])), HEADER);
});

/** The cells of a file's lines as a reader of CSV, to which null and "" are one, should see them. */
function cells(file: FileRecord): string[][] {
  const text = (value: unknown) => value === null || value === undefined ? "" : String(value);
  const json = (value: unknown) => value === null || value === undefined ? "" : JSON.stringify(value);
  const { folder } = file;
  const start = [
    file.file_id,
    folder?.folder_id,
    folder?.path,
    folder?.name,
    file.path,
    file.name,
    file.size,
    file.hash,
  ]
    .concat(
      [
        file.subject,
        file.poster,
        file.groups.join(" "),
        file.created_at,
        json(folder?.meta),
        json(file.meta),
      ] as string[],
    );
  const lines = file.segments.map((s) => [
    ...[
      s.index,
      s.redundancy,
      s.size,
      s.offset,
      s.hash,
      s.message_id,
      s.subject,
      s.internal_subject,
      s.group,
      s.server,
    ],
    ...[s.status, s.uploaded_at, json(s.meta)],
  ]);
  return (lines.length === 0 ? [Array(13).fill("")] : lines).map((line) => [...start, ...line].map(text));
}

Deno.test({
  name: "Python's csv reads back what is written as CSV",
  ignore: hasPython === undefined,
  fn: async () => {
    const files = fc.sample(records, 300);
    const csv = await written(writeCsv(files));
    const [header, ...lines] = JSON.parse(await runPython("read_csv.py", [], csv)) as string[][];
    assert.equal(header.join(",") + "\r\n", HEADER);
    assert.deepEqual(lines, files.flatMap(cells));
  },
});
