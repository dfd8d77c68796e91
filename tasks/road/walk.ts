import assert from "node:assert/strict";
import type { FileRecord, Tier } from "../../src/mod.ts";
import { Program } from "./program.ts";
import { queryCommands } from "./queries.ts";

/** What a walk needs. */
export interface WalkOptions {
  /** The command that runs the program. */
  program: string[];
  /** The folder to start it in, as `inRoadFolder` makes it. */
  folder: string;
  /** The exit status of an import of the inputs: 1 where some of them are bad (0 unless told). */
  importStatus?: 0 | 1;
  /** What the store is asked on every tier; unless told, all that `queryCommands` gives. */
  queries?: (files: FileRecord[]) => string[][];
  /** Words that some file of the inputs has. */
  words: string;
  /** Told each command with what it printed, as a terminal shows them. */
  show(text: string): void;
}

/** How long some of a walk took, in milliseconds. */
export interface WalkTimes {
  /** The first import. */
  importMs: number;
  /** The set-up of PostgreSQL, and the move there. */
  setUpMs: number;
}

/**
 * Walks a user's road: the first run in an empty folder, an import, growth to shards and on to PostgreSQL, questions,
 * exports and the way back. Throws when a command ends otherwise than it should, or when a tier answers otherwise than the
 * first. Gives how long it took.
 */
export async function walk(
  { program: command, folder, importStatus = 0, queries = queryCommands, words, show }: WalkOptions,
): Promise<WalkTimes> {
  const program = new Program(command, folder);
  const step = async (args: string[], status = 0) => {
    const started = performance.now(), { code, output } = await program.run(...args);
    const took = performance.now() - started;
    show(`$ ${["usync-db", ...args].join(" ")}\n${withColumns(withHome(output, folder))}`);
    assert.equal(code, status, `the exit status of ${args.join(" ")}: ${output}`);
    return took;
  };
  await step([]);
  const importMs = await step(["import", "inbox"], importStatus);
  const files = recordsOf(await program.read("export", "--all", "--format", "ndjson"));
  const [posted] = files.flatMap(({ segments }) => segments).flatMap(({ message_id }) => message_id ?? []);
  await step(["search", words]);
  await step(["find", posted]);
  await step(["import", "none.nzb"], 1);
  await step(["pending", "--limit", "2"]);
  const asked = queries(files), answers = await answersOf(program, asked, "sqlite");
  const checkAnswers = async (tier: Tier) => assert.deepEqual(await answersOf(program, asked, tier), answers);

  await step(["config", "set", "sqlite.max-segments", "5"]);
  await step(["import", "inbox"], importStatus);
  await checkAnswers("sharded");
  await step(["config", "set", "sharded.max-segments", "5"]);
  await step(["import", "inbox"], importStatus);
  const setUpMs = await step(["--yes", "migrate", "--archive", "postgresql.tar.gz"]);
  await step(["postgres", "start"]);
  await checkAnswers("postgres");
  await step(["status"]);
  await step(["search", words]);
  await step(["verify"]);
  await step(["export", "--all", "--format", "nzb", "--output", "all.nzb"]);
  await step(["postgres", "stop"]);

  await step(["migrate", "--to", "sqlite"]);
  await checkAnswers("sqlite");
  await step(["migrate", "--discard-old"]);
  await step(["--yes", "postgres", "uninstall", "--delete-data"]);
  return { importMs, setUpMs };
}

/** Calls the folder `~`, and writes what is below it in the same way on every system. */
function withHome(output: string, folder: string): string {
  return output.replaceAll(folder, "~").replace(/~[^\s;]*/g, (path) => path.replaceAll("\\", "/"));
}

/** Tables, which are tab-separated where nobody sees them, with their columns under each other. */
function withColumns(output: string): string {
  return output.replace(/(?:.*\t.*\n)+/g, (table) => {
    const rows = table.trimEnd().split("\n").map((line) => line.split("\t"));
    const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
    return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at])).join("  ").trimEnd()).join("\n") + "\n";
  });
}

function recordsOf(ndjson: string): FileRecord[] {
  return ndjson.trimEnd().split("\n").map((line) => JSON.parse(line));
}

/** What every query prints, on the tier on which the store is to be. */
async function answersOf(program: Program, queries: string[][], tier: Tier): Promise<Record<string, string>> {
  assert.equal(JSON.parse(await program.read("--json", "status")).tier, tier);
  const answers: Record<string, string> = {};
  for (const args of queries) answers[args.join(" ")] = await program.read(...args);
  return answers;
}
