import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { FileRecord } from "../../src/domain/records.ts";
import { openStore } from "../../src/mod.ts";
import { PackedLoad } from "../../src/store/packed_load.ts";
import { noCounts } from "../../src/store/put_counts.ts";
import { recordsOf } from "../support/unpack_batch.ts";
import { namedInput } from "../../src/transfer/find_inputs.ts";
import { InputImport } from "../../src/transfer/import_inputs.ts";
import type { ImportReport } from "../../src/transfer/import_report.ts";
import { recordOf } from "../support/records_of.ts";
import { inTempFolder } from "../support/temp_folder.ts";

/** More bytes than a piece has. */
const LARGE = 2.5 * 2 ** 20;

/** Imports lines that come as these bytes; gives what is stored, in the order it is stored in. */
async function imported(
  folder: string,
  chunks: Uint8Array[],
): Promise<{ records: FileRecord[]; report: ImportReport }> {
  const records: FileRecord[] = [];
  const target = {
    shards: 1,
    put({ batch }: { batch: Parameters<typeof recordsOf>[0] }) {
      records.push(...recordsOf(batch));
      return Promise.resolve(noCounts());
    },
    room: () => Promise.resolve(),
  };
  const load = new PackedLoad(target, folder, () => Promise.resolve());
  const run = new InputImport(load, folder, { stdin: ReadableStream.from(chunks) });
  await run.run([namedInput("-")]);
  return { records, report: run.report };
}

function lineOf(id: string, meta: Record<string, unknown> = {}): string {
  return JSON.stringify(recordOf(id, { meta }));
}

/** More than `LARGE` in texts that are within their bound. */
function largeFiller(character: string): string[] {
  return Array.from({ length: Math.ceil(LARGE / 500_000) }, () => character.repeat(500_000));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const idsOf = (records: FileRecord[]) => records.map(({ file_id }) => file_id);
const badLines = ({ notes }: ImportReport) => notes.map(({ line }) => line);

Deno.test("lines are the same wherever their bytes are cut, in a piece and between two", () =>
  inTempFolder(async (folder) => {
    const first = bytesOf(`\ufeff${lineOf("first", { filler: largeFiller("x") })}\r\n`);
    const rest = bytesOf(`{"é\r\n\r\n${lineOf("é😀")}\r\n\n\ufeff${lineOf("no")}\nno\n${lineOf("last")}`);
    for (let cut = 0; cut <= rest.length; cut += 5) { // 5 is no divisor of anything here: cuts fall into every kind of place
      const head = new Uint8Array(first.length + cut);
      head.set(first);
      head.set(rest.subarray(0, cut), first.length);
      const chunks = cut % 2
        ? [head, rest.subarray(cut)]
        : [first.subarray(0, 1 + cut % 4), first.subarray(1 + cut % 4), rest.subarray(0, cut), rest.subarray(cut)];
      const { records, report } = await imported(folder, chunks);
      assert.deepEqual(idsOf(records), ["first", "é😀", "last"], `cut at ${cut}`);
      assert.deepEqual(badLines(report), [2, 6, 7], `cut at ${cut}`);
    }
  }));

Deno.test("notes name the right lines over many pieces, also behind lines that are longer than a piece", () =>
  inTempFolder(async (folder) => {
    const lines: string[] = [], bad: number[] = [], ids: string[] = [];
    for (let i = 1; i <= 9000; i++) {
      if (i % 1000 === 7) bad.push(i);
      else ids.push(`f${i}`);
      const filler = i % 3000 === 8 ? largeFiller("y") : "z".repeat(700);
      lines.push(i % 1000 === 7 ? `{"file_id": "f${i}", "size": -1}` : lineOf(`f${i}`, { filler }));
    }
    for (const end of ["\n", "\r\n"]) {
      const bytes = bytesOf(lines.join(end));
      for (const gzip of [false, true]) {
        const { records, report } = await imported(folder, [gzip ? gzipSync(bytes, { level: 1 }) : bytes]);
        assert.deepEqual(idsOf(records), ids);
        assert.deepEqual(badLines(report), bad);
      }
      const whole = gzipSync(bytes, { level: 1 }), cut = whole.subarray(0, whole.length / 2);
      const { records, report } = await imported(folder, [cut]);
      assert.deepEqual(idsOf(records), ids.slice(0, records.length));
      assert.ok(records.length > 100 && report.notes.at(-1)!.bad && report.notes.at(-1)!.line === undefined);
    }
  }));

Deno.test("of lines with one id the last one counts, whichever pieces and inputs they are in", () =>
  inTempFolder(async (folder) => {
    const filler = "x".repeat(100_000), paths = ["a", "b"].map((name) => join(folder, `${name}.ndjson`));
    for (const [p, path] of paths.entries()) {
      const lines = Array.from({ length: 120 }, (_, i) => lineOf(`f${i % 7}`, { at: p * 1000 + i, filler }));
      writeFileSync(path, lines.join("\n"));
    }
    await using store = await openStore(join(folder, "data"));
    const load = store.bulkLoad(), run = new InputImport(load, join(folder, "data"));
    await run.run(paths.map((path) => namedInput(path)));
    await load.finish();
    for (let file = 0; file < 7; file++) {
      const last = 1000 + Array.from({ length: 120 }, (_, i) => i).findLast((i) => i % 7 === file)!;
      assert.equal((await store.record(`f${file}`))!.meta!.at, last);
    }
    assert.deepEqual(run.report.notes, []);
  }));
