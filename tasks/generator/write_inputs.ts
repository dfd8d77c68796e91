import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { writeNdjson } from "../../src/formats/ndjson_writer.ts";
import { writeNzb } from "../../src/formats/nzb_writer.ts";
import { generateFiles } from "./generate_files.ts";
import { Random } from "./random.ts";
import { drawNonsense, drawTitle } from "./titles.ts";

/** Writes files as one NDJSON. */
export async function writeNdjsonFile(path: string, files: Iterable<FileRecord>): Promise<void> {
  await writeTexts(path, writeNdjson(files));
}

/** Writes an NZB with so many generated segments and a head with a title, a password and a category. */
export async function writeNzbFile(path: string, segments: number, seed: number): Promise<void> {
  const head = drawHead(new Random(seed));
  await writeTexts(path, withHead(writeNzb(generateFiles({ segments, seed, kind: "nzb" })), head));
}

/** Writes `count` NZBs into a new folder, with so many segments in all and seeds from 1. */
export async function writeNzbFolder(folder: string, count: number, segments: number): Promise<void> {
  mkdirSync(folder);
  for (let i = 0; i < count; i++) {
    const ofThis = Math.floor(segments * (i + 1) / count) - Math.floor(segments * i / count);
    if (ofThis > 0) await writeNzbFile(join(folder, `${String(i + 1).padStart(4, "0")}.nzb`), ofThis, i + 1);
  }
}

function drawHead(random: Random): string {
  const metas = { title: drawTitle(random), password: drawNonsense(random), category: random.pick(["TV", "Movies"]) };
  const lines = Object.entries(metas).map(([type, value]) => `\t\t<meta type="${type}">${value}</meta>\n`);
  return `\t<head>\n${lines.join("")}\t</head>\n`;
}

/** An NZB's pieces with a head behind its first tag, which is in the first piece. */
async function* withHead(texts: AsyncIterable<string>, head: string): AsyncGenerator<string> {
  let isFirst = true;
  for await (const text of texts) {
    yield isFirst ? text.replace(/<nzb [^>]*>\n/, (tag) => tag + head) : text;
    isFirst = false;
  }
}

async function writeTexts(path: string, texts: AsyncIterable<string>): Promise<void> {
  using file = await Deno.open(path, { write: true, createNew: true });
  const encoder = new TextEncoder();
  for await (const text of texts) {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  }
}
