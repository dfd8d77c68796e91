import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { FileRecord } from "../../src/mod.ts";
import { inRoadFolder } from "../../tasks/road/road_folder.ts";
import { queryCommands } from "../../tasks/road/queries.ts";
import { walk, type WalkTimes } from "../../tasks/road/walk.ts";
import { IS_THOROUGH } from "../support/effort.ts";
import { withoutProgress } from "../support/progress_lines.ts";
import { EXECUTABLE, testedProgram } from "../support/tested_program.ts";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const REAL = ["../shared/nzb", "../shared/usenetsync/usenetsync.db"].map(path);
const hasReal = REAL.every((input) => existsSync(input));

/** The transcript of docs/walk.md: all that is indented in its section "Through all tiers and back". */
function shownWalk(): string {
  const [, section] = /\n## Through all tiers and back\n([^]*?)\n## /.exec(readFileSync(path("docs/walk.md"), "utf8"))!;
  return section.split("\n").flatMap((line) => /^ {4}(.*)$/.exec(line)?.[1] ?? []).join("\n");
}

/** Without what differs from machine to machine: what PostgreSQL tells of itself, sizes on the disk, and how long things took. */
function comparable(transcript: string): string {
  return withoutProgress(transcript).replace(/^in the last 7 days[^]*?^\(first\).*$/m, "").split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/\([\d.]+ .B\) stays/, "() stays").replace(/takes up to .* of disk/, "takes up to"))
    .map((line) => line.replace(/^Database: .*/, "Database:").replace(/PostgreSQL \d+\.\d+/, "PostgreSQL"))
    .map((line) => line.replace(/127\.0\.0\.1:.*/, "127.0.0.1:").replace(/^ {2}[\d.]+ MB in/, "  MB in")).join("\n");
}

/** What is asked on every tier: `tests/cli/migrate_test.ts` asks more, in one process. */
const QUERIES = IS_THOROUGH && EXECUTABLE === undefined ? queryCommands : fewQueries;

function fewQueries(files: FileRecord[]): string[][] {
  return queryCommands(files).filter((args) => ["verify", "search"].some((name) => args.includes(name)));
}

/** Milliseconds until PostgreSQL is set up and has the store. */
const SET_UP_WITHIN = 120_000;

function assertSetUp({ importMs, setUpMs }: WalkTimes): void {
  console.log(`PostgreSQL set up and moved to in ${(setUpMs / 1000).toFixed(1)} s`);
  // Where others keep the machine busy, the import of a few files alone takes seconds.
  assert.ok(setUpMs < Math.max(SET_UP_WITHIN, 60 * importMs), `${setUpMs} ms`);
}

/** A hundred programs that start, one after the other, take Wine many minutes; executables start faster. */
const WINDOWS = Deno.build.os === "windows" && EXECUTABLE === undefined,
  NOT_HERE = WINDOWS ? " (not on Windows: `deno task road` walks it there)" : "";

Deno.test(`the road through all tiers, with the permissions of the executable, is what docs/walk.md shows${NOT_HERE}`, {
  ignore: WINDOWS,
}, () =>
  inRoadFolder([path("tests/testdata")], undefined, async (folder) => {
    const shown: string[] = [];
    const times = await walk({
      program: testedProgram(),
      folder,
      queries: QUERIES,
      words: "holiday",
      show: (text) => shown.push(text),
    });
    assertSetUp(times);
    assert.equal(comparable(shown.join("\n")), comparable(shownWalk()));
  }));

Deno.test(
  `the same road with inputs of other programs (of executables, else test:all)${hasReal ? "" : ` (not here: ${REAL})`}`,
  { ignore: !hasReal || WINDOWS || (EXECUTABLE === undefined && !IS_THOROUGH) },
  () =>
    inRoadFolder(
      REAL,
      undefined,
      async (folder) => {
        const times = await walk({
          program: testedProgram(),
          folder,
          importStatus: 1,
          queries: QUERIES,
          words: "big buck",
          show: () => {},
        });
        assertSetUp(times);
      },
    ),
);
