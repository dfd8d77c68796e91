import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ColumnFile } from "../../src/blocks/segment_columns.ts";
import { NzbReader } from "../../src/formats/nzb_reader.ts";
import { readUsenetSync } from "../../src/formats/usenetsync_reader.ts";
import { inTempFolder } from "../support/temp_folder.ts";
import { collect, nzb } from "./collect.ts";

const LONGEST = "x".repeat(1_000_000), LONGER = LONGEST + "x", WIDE = "ö".repeat(500_001);
const TOO_LONG = "longer than 1,000,000 bytes";

/** A file that can be stored. */
const FILE = '<file subject="s"><segments><segment bytes="1" number="1">a@b</segment></segments></file>';

/** An NZB of one file of one segment. */
function document({ head = "", subject = "s", poster = "p", group = "g", messageId = "a@b", own = "" } = {}): string {
  return `<?xml version="1.0"?>\n<nzb>${head}<file poster="${poster}" date="1" subject="${subject}"${own}>` +
    `<groups><group>${group}</group></groups><segments><segment bytes="1" number="1">${messageId}</segment>` +
    `</segments></file></nzb>`;
}

Deno.test("a file of an NZB with a text that is too long is left out and reported, by its name and position", async () => {
  const ownHead = (value: string) => ` xmlns:h="h" h:head="{&quot;type&quot;:&quot;${value}&quot;}"`;
  const documents: [string, string][] = [
    [document({ subject: LONGER }), "subject"],
    [document({ subject: WIDE }), "subject"],
    [document({ poster: LONGER }), "poster"],
    [document({ group: LONGER }), "groups[0]"],
    [document({ own: ownHead(LONGER) }), "head"],
  ];
  for (const [text, name] of documents) {
    const alone = await nzb(text);
    assert.equal(alone.error?.message, `none of its files can be stored: ${name}: ${TOO_LONG}`);
    assert.equal(alone.error?.line, 2);
    const { files, notes, error } = await nzb(text.replace("</nzb>", `${FILE}</nzb>`));
    assert.deepEqual([files.map(({ name }) => name), error], [["s"], undefined]);
    assert.match(notes[0].message, /^left out (s|a file): /);
    assert.deepEqual([notes.length, notes[0].bad, notes[0].line], [1, true, 2]);
    assert.ok(notes[0].message.endsWith(`: ${name}: ${TOO_LONG}`), notes[0].message);
  }
  const longest = { subject: LONGEST, poster: LONGEST, group: LONGEST, own: ownHead(LONGEST) };
  const { files: [file], error } = await nzb(document(longest));
  assert.equal(error, undefined);
  assert.deepEqual([file.subject, file.poster, file.groups], [LONGEST, LONGEST, [LONGEST]]);
  assert.deepEqual(file.meta, { nzb_head: { type: LONGEST } });
});

Deno.test("an entry of an NZB's head that is too long is left out and reported", async () => {
  for (const meta of [`<meta type="password">${LONGER}</meta>`, `<meta type="${LONGER}">x</meta>`]) {
    const head = `<head>${meta}<meta type="tag">${LONGEST}</meta></head>`;
    const { files, notes } = await nzb(document({ head }));
    assert.deepEqual(files.map(({ meta }) => meta), [{ nzb_head: { tag: LONGEST } }]);
    assert.deepEqual(notes.map(({ message, bad }) => [message, bad]), [[
      `left out an entry of the head: ${TOO_LONG}`,
      true,
    ]]);
  }
});

Deno.test("a segment of an NZB whose Message-ID is too long is left out and reported", async () => {
  const text = document({ messageId: LONGER }).replace(
    "</segments>",
    '<segment bytes="1" number="2">a@b</segment></segments>',
  );
  const { files: [file], notes } = await nzb(text);
  assert.deepEqual(file.segments.map(({ message_id }) => message_id), ["a@b"]);
  assert.deepEqual(notes.map(({ message, bad }) => [message, bad]), [
    ["left out segments of s: 1 with an unusable number or Message-ID", true],
  ]);
});

Deno.test("an NZB file of more than 4 million segments is left out before all of it is in memory, the rest is kept", () => {
  const [before, after] = document().split(/(?<=<segments>).*(?=<\/segments>)/);
  const piece = Buffer.from('<segment bytes="1" number="1">a</segment>'.repeat(5000));
  const read = (segments: number) => {
    const counts: number[] = [], notes: string[] = [];
    const take = ({ columns }: ColumnFile) => void counts.push(columns.count);
    const reader = new NzbReader({ take, report: ({ message }) => void notes.push(message) }, { name: "" });
    reader.read(Buffer.from(before));
    for (let i = 0; i < segments; i += 5000) reader.read(piece);
    reader.read(Buffer.from(after.replace("</nzb>", `${FILE}</nzb>`)));
    reader.end();
    return { counts, notes };
  };
  assert.deepEqual(read(4_000_000), {
    counts: [1, 1], // the first of those that are the same
    notes: ["left out segments of s: 3999999 that were there before"],
  });
  assert.deepEqual(read(4_005_000), { counts: [1], notes: ["left out s: segments: more than 4,000,000"] });
});

Deno.test("a UsenetSync row with a text that is too long is refused, by its name, however the database is read", () =>
  inTempFolder(async (folder) => {
    for (const rowid of ["", " WITHOUT ROWID"]) {
      const path = join(folder, `database${rowid.length}.db`), db = new DatabaseSync(path);
      db.exec(`CREATE TABLE folders (folder_id TEXT PRIMARY KEY, path TEXT, name TEXT);
        CREATE TABLE files (file_id TEXT PRIMARY KEY, folder_id TEXT, path TEXT, name TEXT, size INTEGER, note TEXT)${rowid};
        CREATE TABLE segments (id INTEGER PRIMARY KEY, file_id TEXT, segment_index INTEGER, size INTEGER, message_id TEXT,
          subject TEXT, note TEXT);
        CREATE INDEX segments_of_file ON segments (file_id);
        INSERT INTO files VALUES ('f', NULL, 'p', 'n', 20, NULL), ('long', NULL, 'p', 'n', 0, '${LONGER}');
        INSERT INTO files VALUES ('${"i".repeat(1025)}', NULL, 'p', 'n', 0, NULL);`);
      const insert = db.prepare("INSERT INTO segments VALUES (NULL, 'f', ?, 1, ?, ?, ?)");
      for (let i = 0; i < 20; i++) {
        const texts = ["m@x", "s", "n"];
        if (i < 3) texts[i] = LONGER;
        else if (i < 6) texts[i - 3] = LONGEST;
        insert.run(i, ...texts);
      }
      db.close();
      const { files, notes, error } = await collect((report) => readUsenetSync(path, report));
      assert.equal(error, undefined);
      assert.deepEqual(files.map(({ file_id }) => file_id), ["f"]);
      assert.deepEqual(files[0].segments.map(({ index }) => index), Array.from({ length: 17 }, (_, i) => i + 3));
      const bad = notes.filter(({ bad }) => bad).map(({ message }) => message).join("\n");
      for (const name of ["message_id", "subject", "note"]) assert.match(bad, new RegExp(`${name}: ${TOO_LONG}`));
      assert.match(bad, /3 segments that cannot be kept/);
      assert.match(bad, /2 files that cannot be kept/);
    }
  }));
