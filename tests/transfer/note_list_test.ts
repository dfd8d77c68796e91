import assert from "node:assert/strict";
import { reportLines } from "../../src/cli/import_text.ts";
import { type InputNote, ReportBuilder } from "../../src/transfer/import_report.ts";
import { countOf, NoteList } from "../../src/transfer/note_list.ts";

const note = (path: string, message: string, bad = true, line?: number): InputNote => ({ path, message, bad, line });

/** A report of these notes. */
function reportOf(notes: Iterable<InputNote>) {
  const builder = new ReportBuilder();
  for (const note of notes) builder.note(note);
  return builder.report;
}

Deno.test("of notes with one message twenty are listed, and the first says how many more there are", () => {
  for (const [count, more] of [[20, undefined], [21, 1], [100_000, 99_980]] as const) {
    const list = new NoteList<InputNote>(1000);
    for (let line = 1; line <= count; line++) list.add(note("a", "no record", true, line));
    assert.deepEqual([list.notes.length, list.notes[0].more, list.notes[19].line], [20, more, 20]);
    assert.deepEqual([list.notes.reduce((sum, note) => sum + countOf(note), 0), list.dropped], [count, 0]);
  }
});

Deno.test("notes of many parts of an input are counted together, however they come", () => {
  const builder = new ReportBuilder(), end = { input: 0, name: "a", segments: 0 };
  for (let part = 0; part < 3; part++) {
    const list = new NoteList<InputNote>(4);
    for (let line = 1; line <= 50; line++) list.add(note("a", "same", true, line));
    for (let i = 0; i < 10; i++) list.add(note("a", `other ${i}`, i % 2 === 0));
    const { notes, dropped: moreNotes, droppedBad: moreBad } = list;
    builder.addNotes({ ...end, notes, moreNotes, moreBad }, "a", 100 * part);
  }
  const { notes, more_notes, bad_notes } = builder.report;
  assert.deepEqual([notes.length + more_notes, bad_notes], [180, 165]);
  assert.deepEqual(notes.slice(3, 6).map(({ line }) => line), [4, 101, 102]);
});

Deno.test("a report that is full names every input that has something bad, and forgets what is not bad first", () => {
  const { notes, more_notes, bad_notes } = reportOf(function* () {
    for (let i = 0; i < 600; i++) yield note("good", `worth knowing ${i}`, false);
    for (let i = 0; i < 2000; i++) yield note("first", `fault ${i}`);
    for (let i = 0; i < 300; i++) yield note(`input ${i}`, "not well-formed");
    yield note("late", "worth knowing", false);
  }());
  assert.deepEqual([notes.length, notes.length + more_notes, bad_notes], [1000, 2901, 2300]);
  assert.ok(notes.every(({ bad }) => bad));
  assert.deepEqual(notes.filter(({ path }) => path !== "first").length, 300);
});

Deno.test("a thousand faults are told in a screenful: every kind, every input while there is room, and how many", () => {
  const lines = reportLines(reportOf(function* () {
    for (let line = 1; line <= 900; line++) yield note("broken.ndjson", "no record", true, line);
    for (let i = 0; i < 50; i++) yield note("broken.ndjson", `segments[${i}]: missing`, true, i);
    for (let i = 0; i < 40; i++) yield note(`page ${i}.nzb`, "this is an HTML page");
    for (let i = 0; i < 10; i++) yield note(`other ${i}.nzb`, `unclosed tag: t${i}`, true, 7);
    for (let i = 0; i < 30; i++) yield note("dates.nzb", `left out the date of ${i}`, false);
  }()));
  assert.deepEqual(lines, [
    "Worth knowing (30):",
    ...Array.from({ length: 6 }, (_, i) => `  dates.nzb: left out the date of ${i}`),
    "  and 24 more (--json lists them)",
    "Not imported (1,000):",
    "  broken.ndjson:1: no record (and 899 more like it)",
    ...Array.from({ length: 4 }, (_, i) => `  broken.ndjson:${i}: segments[${i}]: missing`),
    "  page 0.nzb: this is an HTML page (and 39 more like it, in 40 inputs)",
    ...Array.from({ length: 10 }, (_, i) => `  other ${i}.nzb:7: unclosed tag: t${i}`),
    "  and 46 more (--json lists them)",
  ]);
});
