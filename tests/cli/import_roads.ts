import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { FileRecord } from "../../src/domain/records.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { writeUsenetSyncDatabase } from "../../tasks/generator/usenetsync_database.ts";
import { writeNdjsonFile, writeNzbFile, writeNzbFolder } from "../../tasks/generator/write_inputs.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { runCli } from "../support/run_cli.ts";

/** An input that is imported on a road of its own through the program. */
export interface Road {
  name: string;
  segments: number;
  /** Writes the input into a folder; gives its path. */
  write(folder: string): Promise<string>;
  /** What is in it, where the records are kept exactly. */
  records?(): FileRecord[];
}

/** Segments of a road's input: fewer by default, except where an input has to be large. */
const usual = (segments: number) => IS_THOROUGH ? segments : segments / 5;

const lines = () => [...generateFiles({ segments: usual(40_000), seed: 21 })];

export const ROADS: Road[] = [
  {
    name: "several NZBs",
    segments: usual(30_000),
    async write(folder) {
      await writeNzbFolder(join(folder, "nzbs"), 40, usual(30_000));
      return join(folder, "nzbs");
    },
  },
  {
    name: "one large NZB",
    segments: 120_000,
    async write(folder) {
      await writeNzbFile(join(folder, "large.nzb"), 120_000, 3);
      return join(folder, "large.nzb");
    },
  },
  {
    name: "NDJSON",
    segments: usual(40_000),
    async write(folder) {
      await writeNdjsonFile(join(folder, "lines.ndjson"), lines());
      return join(folder, "lines.ndjson");
    },
    records: lines,
  },
  {
    name: "a UsenetSync database",
    segments: usual(100_000),
    write(folder) {
      const path = join(folder, "usenetsync.db");
      writeUsenetSyncDatabase(path, generateFiles({ segments: usual(100_000), seed: 4, kind: "usenetsync" }));
      return Promise.resolve(path);
    },
  },
];

/** Runs a command to its good end; gives what it says as JSON. */
export async function runJson(data: string, ...args: string[]) {
  const { code, stdout, stderr } = await runCli(["--data", data, "--json", ...args]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** What `export --all` gives: a line for each file, by its id. */
export async function exportedLines(data: string): Promise<Map<string, string>> {
  const { code, stdout, stderr } = await runCli(["--data", data, "export", "--all"]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const byId = new Map(lines.map((line) => [(JSON.parse(line) as FileRecord).file_id, line]));
  assert.equal(byId.size, lines.length);
  return byId;
}

/** Names of what a data folder, and the folders in it, hold of inputs that were being read. */
export function heldIn(data: string): string[] {
  if (!existsSync(data)) return [];
  return readdirSync(data, { recursive: true }).map(String).filter((name) => /spill-.*\.tmp/.test(name));
}
