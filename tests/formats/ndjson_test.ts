import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { GZIP } from "../../src/packings/gzip.ts";
import { readNdjson } from "../../src/formats/ndjson_reader.ts";
import { writeNdjson } from "../../src/formats/ndjson_writer.ts";
import { collect, ndjson, written } from "./collect.ts";
import { records } from "./records.ts";

function line(id: string): string {
  return `{"file_id":"${id}","path":"p","name":"n","size":1}`;
}

Deno.test("what is written as NDJSON is read as it was, in pieces of any size", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(records, { maxLength: 5 }), fc.integer({ min: 1, max: 300 }), async (files, size) => {
      const text = await written(writeNdjson(files));
      assert.equal(text.split("\n").length, files.length + 1);
      const { files: read, notes, error } = await ndjson(text, size);
      assert.deepEqual(read, files);
      assert.deepEqual([notes, error], [[], undefined]);
      assert.equal(await written(writeNdjson(read)), text);
    }),
  );
});

Deno.test("a line of NDJSON has its keys in the documented order, whatever their order was", async () => {
  const { files } = await ndjson(
    '{"segments":[{"x":1,"size":2,"index":0}],"size":2,"name":"n","path":"p","folder":{"name":"b","y":1,"path":"a",' +
      '"folder_id":"d"},"file_id":"f"}',
  );
  const shuffled = [{ ...files[0], name: "n", file_id: "f" }];
  assert.equal(
    await written(writeNdjson(shuffled)),
    '{"file_id":"f","folder":{"folder_id":"d","path":"a","name":"b","meta":{"y":1}},"path":"p","name":"n","size":2,' +
      '"hash":null,"subject":null,"poster":null,"groups":[],"created_at":null,"meta":null,"segments":[{"index":0,' +
      '"redundancy":0,"size":2,"offset":null,"hash":null,"message_id":null,"subject":null,"internal_subject":null,' +
      '"group":null,"server":null,"status":"pending","uploaded_at":null,"meta":{"x":1}}]}\n',
  );
});

Deno.test("bad lines are noted with their number and left out, the others are read", async () => {
  const lines = [
    line("a"),
    '{"file_id":"b","path":"p",}',
    "",
    line("c") + "\r",
    "  ",
    '{"file_id":"d","path":"p","name":"n","size":-1}',
    "nonsense",
    '{"file_id":"e"',
    line("f"),
  ];
  for (const size of [1, 7, 1000]) {
    const { files, notes, error } = await ndjson("\ufeff" + lines.join("\n"), size);
    assert.equal(error, undefined);
    assert.deepEqual(files.map((file) => file.file_id), ["a", "c", "f"]);
    assert.deepEqual(notes, [
      {
        line: 2,
        column: 27,
        message: "not JSON: Expected double-quoted property name",
        bad: true,
      },
      { line: 6, message: "size: not a whole number of bytes: -1", bad: true },
      { line: 7, message: "not JSON: Unexpected token 'o', \"nonsense\" is not valid JSON", bad: true },
      { line: 8, column: 15, message: "not JSON: Expected ',' or '}' after property value", bad: true },
    ]);
  }
});

Deno.test("a line that is not UTF-8 is refused, its neighbours are not", async () => {
  const bytes = Buffer.concat([
    Buffer.from(line("ä") + "\n" + line("b")),
    Buffer.from([0x22, 0xff, 0x0a]),
    Buffer.from(line("c")),
  ]);
  const { files, notes } = await ndjson(bytes);
  assert.deepEqual(files.map((file) => file.file_id), ["ä", "c"]);
  assert.deepEqual(notes, [{ line: 2, message: "not valid UTF-8", bad: true }]);
});

Deno.test("escaped NUL characters and half surrogate pairs are refused", async () => {
  const { files, notes } = await ndjson(line("\\u0000") + "\n" + line("\\ud800") + "\n" + line("\\ud83d\\ude00"));
  assert.deepEqual(files.map((file) => file.file_id), ["😀"]);
  assert.deepEqual(notes.map((note) => note.line), [1, 2]);
});

Deno.test("an empty NDJSON has no files", async () => {
  for (const text of ["", "\n", "\r\n\r\n", "\ufeff"]) {
    assert.deepEqual(await ndjson(text), { files: [], notes: [] });
  }
});

Deno.test("a line over 512 MB is refused without being held", async () => {
  const piece = new Uint8Array(1 << 20).fill(0x20);
  async function* bytes() {
    yield Buffer.from(line("a") + "\n");
    for (let i = 0; i < 489; i++) yield piece;
    yield Buffer.from("\n" + line("b") + "\n");
  }
  const { files, notes, error } = await collect((report) => readNdjson(bytes(), report));
  assert.equal(error, undefined);
  assert.deepEqual(files.map((file) => file.file_id), ["a", "b"]);
  assert.deepEqual(notes, [{ line: 2, message: "longer than 512 MB", bad: true }]);
});

Deno.test("of a gzip that is cut off, the complete lines are read before the error", async () => {
  const text = Array.from({ length: 5000 }, (_, i) => line(`file ${i} ${Math.sin(i)}`) + "\n").join("");
  const whole = new Uint8Array(gzipSync(text));
  for (const cut of [8, whole.length >> 1, whole.length - 20]) {
    const stream = new Blob([whole.subarray(0, whole.length - cut)]).stream();
    const { files, notes, error } = await collect((report) => readNdjson(GZIP.unpack(stream), report));
    assert.equal(error?.name, "InputError");
    assert.equal(error?.message, "the gzip data is cut off");
    assert.deepEqual(notes, []);
    assert.deepEqual(files.map((file) => file.file_id), files.map((_, i) => `file ${i} ${Math.sin(i)}`));
    if (cut === 8) assert.equal(files.length, 5000);
    else if (cut === whole.length >> 1) assert.ok(files.length > 1000 && files.length < 4000, `${files.length} files`);
  }
});
