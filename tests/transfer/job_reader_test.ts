import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { recordsOf } from "../support/unpack_batch.ts";
import { readJob } from "../../src/transfer/job_reader.ts";
import type { InputToRead, ReadRound } from "../../src/transfer/read_job.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** What a test wants of an NZB: small, more than a round holds, the same packed so that it looks small; good or not. */
interface Wanted {
  size: "small" | "large" | "large gzip";
  end: "good" | "cut off" | "bad at once";
}

const FILLER = "f".repeat(100_000);

/** An NZB whose files are named after it; a large one has 6 MB of subjects, which is more than a round. */
function nzbOf(name: string, { size, end }: Wanted): string {
  if (end === "bad at once") return "<nzb><file></nzb>" + (size === "small" ? "" : FILLER.repeat(60));
  const files = Array.from({ length: size === "small" ? 3 : 60 }, (_, i) => {
    const subject = `${name} ${i} "${name}-${i}.rar" ${size === "small" ? "" : FILLER}`.replaceAll('"', "&quot;");
    return `<file poster="p" date="1700000000" subject="${subject}"><groups><group>a.b</group></groups>` +
      `<segments><segment bytes="700" number="1">${i}@${name}</segment></segments></file>\n`;
  });
  const text = `<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb">\n${files.join("")}`;
  return end === "good" ? `${text}</nzb>\n` : text;
}

function written(folder: string, wanted: Wanted[]): InputToRead[] {
  return wanted.map((one, i) => {
    const gzip = one.size === "large gzip", path = join(folder, `n${i}.nzb`), text = nzbOf(`n${i}`, one);
    writeFileSync(path, gzip ? gzipSync(text) : text);
    return { path, name: `n${i}.nzb` };
  });
}

/** The Message-IDs of what rounds bring. */
function idsOf(rounds: ReadRound[]): string[] {
  return rounds.flatMap(({ batches }) => batches.flatMap(({ batch }) => [...recordsOf(batch)]))
    .flatMap(({ segments }) => segments.map(({ message_id }) => message_id!));
}

function expectedIds(i: number, { size }: Wanted): string[] {
  return Array.from({ length: size === "small" ? 3 : 60 }, (_, file) => `${file}@n${i}`);
}

/** Checks what a job gave: good inputs once and whole, of the others nothing but in parts that end badly. */
function check(wanted: Wanted[], rounds: ReadRound[]): void {
  const shared = rounds.filter(({ part }) => part === undefined);
  const ended = rounds.flatMap(({ ends }) => ends).map(({ input }) => input);
  assert.deepEqual(ended, wanted.map((_, i) => i), "every input ends once, in its order");
  const good = wanted.map(({ end }) => end === "good");
  const kept = idsOf(shared);
  for (const [i, one] of wanted.entries()) {
    const parts = rounds.filter(({ part }) => part === i), end = rounds.flatMap(({ ends }) => ends)[i];
    assert.equal(end.failure === undefined, good[i], `${end.failure?.message}`);
    for (const [p, { ends }] of parts.entries()) {
      assert.deepEqual(ends.map(({ input }) => input), p === parts.length - 1 ? [i] : [], "ends of others in a part");
    }
    if (good[i]) {
      assert.equal(end.segments, expectedIds(i, one).length);
      if (parts.length > 0) assert.deepEqual(idsOf(parts).sort(), expectedIds(i, one).sort());
    }
    if (one.size !== "small" && one.end !== "bad at once") assert.ok(parts.length > 1, "a large one comes in parts");
  }
  const small = wanted.flatMap((one, i) => good[i] && one.size === "small" ? expectedIds(i, one) : []);
  assert.deepEqual(kept.sort(), small.sort());
  for (const { batches, files, segments } of rounds) {
    assert.equal(batches.reduce((sum, { batch }) => sum + batch.files, 0), files);
    assert.equal(idsOf([{ batches, files, segments, ends: [] }]).length, segments);
  }
}

const wanteds = fc.array(
  fc.record({
    size: fc.oneof(
      { arbitrary: fc.constant<Wanted["size"]>("small"), weight: 3 },
      { arbitrary: fc.constantFrom<Wanted["size"]>("large", "large gzip"), weight: 1 },
    ),
    end: fc.oneof(
      { arbitrary: fc.constant<Wanted["end"]>("good"), weight: 2 },
      { arbitrary: fc.constantFrom<Wanted["end"]>("cut off", "bad at once"), weight: 1 },
    ),
  }),
  { maxLength: 7 },
);

Deno.test("a job of NZBs gives the good ones whole and once, and nothing of the others, whatever lies beside them", () =>
  inTempFolder(async (folder) => {
    const small: Wanted = { size: "small", end: "good" };
    await fc.assert(
      fc.asyncProperty(wanteds, fc.constantFrom(1, 3), async (wanted, shards) => {
        check(
          wanted,
          await Array.fromAsync(readJob({ kind: "inputs", inputs: written(folder, wanted), scratch: folder, shards })),
        );
      }),
      {
        numRuns: 25,
        examples: [
          [[small, { size: "small", end: "cut off" }, small], 1],
          [[small, { size: "large", end: "good" }, small], 3],
          [[small, { size: "large gzip", end: "good" }, small], 3],
          [[small, { size: "large gzip", end: "cut off" }, small], 1],
          [[{ size: "small", end: "cut off" }, { size: "large", end: "good" }], 1],
          [[{ size: "small", end: "bad at once" }, { size: "large gzip", end: "good" }], 1],
        ],
      },
    );
  }));

Deno.test("an NZB whose head comes after its files is read again with it, small or in parts, packed or not", () =>
  inTempFolder(async (folder) => {
    for (const size of ["small", "large", "large gzip"] as const) {
      const text = nzbOf("n0", { size, end: "good" }).replace(
        "</nzb>",
        '<head><meta type="password">late</meta></head></nzb>',
      );
      const path = join(folder, `${size}.nzb`);
      writeFileSync(path, size === "large gzip" ? gzipSync(text) : text);
      const inputs = [{ path, name: path }];
      const rounds = await Array.fromAsync<ReadRound>(readJob({ kind: "inputs", inputs, scratch: folder, shards: 3 }));
      assert.equal(rounds.some(({ isAgain }) => isAgain), size !== "small");
      const kept = rounds.slice(Math.max(0, rounds.findIndex(({ isAgain }) => isAgain)));
      const records = kept.flatMap(({ batches }) => batches.flatMap(({ batch }) => [...recordsOf(batch)]));
      assert.deepEqual(idsOf(kept).sort(), expectedIds(0, { size, end: "good" }).sort());
      assert.ok(records.every(({ meta }) => (meta!.nzb_head as { password: string }).password === "late"));
      assert.deepEqual(new Set(records.map(({ folder }) => folder!.name)), new Set([size]));
      const [end] = rounds.flatMap(({ ends }) => ends);
      assert.deepEqual([end.failure, end.segments, end.notes], [undefined, records.length, []]);
    }
  }));

Deno.test("an NZB from standard input has no name of its own: its first file names its folder", () =>
  inTempFolder(async (folder) => {
    const [{ path }] = written(folder, [{ size: "small", end: "good" }]), inputs = [{ path, name: "-" }];
    const rounds = await Array.fromAsync(readJob({ kind: "inputs", inputs, scratch: folder, shards: 1 }));
    const records = rounds.flatMap(({ batches }) => batches.flatMap(({ batch }) => [...recordsOf(batch)]));
    assert.deepEqual(records.map(({ folder }) => folder!.name), records.map(() => "n0-0.rar"));
  }));
