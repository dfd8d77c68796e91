import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../support/run_cli.ts";
import { inDataFolder } from "../support/temp_folder.ts";
import type { Command } from "commander";
import { EXAMPLES } from "../../src/cli/examples.ts";
import { makeProgram } from "../../src/cli/program.ts";
import { type Setting, settingValue } from "../../src/store/settings.ts";

Deno.test("what is no command is said to be none, with the one that may be meant", () =>
  inDataFolder(async (data) => {
    const near = await runCli(["--data", data, "serach", "word"]);
    assert.deepEqual([near.code, near.stdout], [2, ""]);
    assert.match(near.stderr, /^error: unknown command 'serach'\n\(Did you mean search\?\)/);
    const far = await runCli(["--data", data, "frobnicate"]);
    assert.deepEqual([far.code, far.stdout], [2, ""]);
    assert.match(far.stderr, /^error: unknown command 'frobnicate'\n/);
    assert.ok(!existsSync(data));
  }));

Deno.test("what makes no sense whatever the store is like is wrong usage, before anything is opened", () =>
  inDataFolder(async (data) => {
    for (
      const [args, why] of [
        [["config", "get", "nonsense"], /Unknown setting: nonsense\n {2}There are: /],
        [["config", "set", "nonsense", "5"], /Unknown setting: nonsense/],
        [["config", "set", "sqlite.max-segments", "abc"], /not a whole number from 0: abc\n {2}Numbers are /],
        [["config", "set", "backup.every", "1y"], /it does not look so: 1y\n {2}Write it like 30m, 12h, 1d or 1w/],
        [["config", "set", "sqlite.max-segments", "1MB"], /not a whole number from 0: 1MB/],
        [["delete"], /name the files to delete, or --folder/],
        [["completion", "tcsh"], /Allowed choices are powershell, bash, zsh, fish/],
        [["migrate", "--url", "notaurl"], /it has another shape\n {2}It is postgres:/],
        [["migrate", "--to", "sqlite", "--shards", "3"], /the tier sqlite has none/],
        [["migrate", "--shards", "101"], /from 2 to 100 are possible/],
        [["migrate", "--to", "sqlite", "--url", "postgres://h/d"], /--url goes with the tier postgres/],
        [["migrate", "--back", "--url", "postgres://h/d"], /cannot be used with/],
        [["search", "word", "--after", "garbage"], /not the continuation of a search: garbage/],
      ] as [string[], RegExp][]
    ) {
      const { code, stdout, stderr } = await runCli(["--data", data, ...args]);
      assert.deepEqual([code, stdout], [2, ""], `${args}: ${stderr}`);
      assert.match(stderr, why);
    }
    assert.ok(!existsSync(data));
  }));

Deno.test("wrong usage is told as JSON with --json", async () => {
  for (
    const args of [["serach"], ["files", "--limit", "x"], ["export", "--nope"], ["delete"], ["config", "get", "x"]]
  ) {
    const { code, stdout, stderr } = await runCli(["--json", ...args]);
    assert.deepEqual([code, stdout], [2, ""], stderr);
    const { error, hint } = JSON.parse(stderr);
    assert.ok(error.length > 5 && !error.startsWith("error") && hint, stderr);
  }
});

Deno.test("a setting takes units", () => {
  const values: [Setting, string, number | undefined][] = [
    ["sqlite.max-content-bytes", "1.5TB", 1.5e12],
    ["sqlite.max-content-bytes", "500 gb", 5e11],
    ["sqlite.max-content-bytes", "5e9", 5e9],
    ["sqlite.max-content-bytes", "1,5TB", undefined],
    ["sqlite.max-content-bytes", "5M", undefined],
    ["sqlite.max-content-bytes", "1.5B", undefined],
    ["sqlite.max-content-bytes", "9007199254740992", undefined],
    ["sqlite.max-content-bytes", "-5", undefined],
    ["sqlite.max-content-bytes", "", undefined],
    ["sqlite.max-segments", "2M", 2e6],
    ["sqlite.max-segments", "1.001k", 1001],
    ["sqlite.max-segments", "1.0001k", undefined],
    ["sqlite.max-segments", "2MB", undefined],
    ["service.open-metrics", "1", 1],
    ["service.open-metrics", "2", undefined],
  ];
  for (const [name, text, expected] of values) {
    if (expected === undefined) assert.throws(() => settingValue(name, text), /Cannot set/, text);
    else assert.equal(settingValue(name, text), expected, text);
  }
});

Deno.test("every command's help has examples, which are command lines", () => {
  const program = makeProgram(), words = new Map<string, string>();
  const visit = (command: Command, path: string[]) => {
    let help = "";
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    words.set(path.join(" "), help);
    for (const below of command.commands) visit(below, [...path, below.name()]);
  };
  visit(program, []);
  assert.deepEqual([...words.keys()].sort(), Object.keys(EXAMPLES).sort());
  for (const [path, help] of words) {
    assert.match(help, /\nExamples:\n {2}usync-db/, path);
    for (const line of EXAMPLES[path]) {
      assert.ok(line === "" || program.commands.some((command) => command.name() === line.split(" ")[0]), line);
    }
  }
});

Deno.test({
  name: "bash completes commands, subcommands and options",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { stdout } = await runCli(["completion", "bash"]);
    const complete = async (...line: string[]) => {
      const script = `${stdout}\nCOMP_WORDS=(${line.map((word) => `'${word}'`).join(" ")})\n` +
        `COMP_CWORD=${line.length - 1}\n_usync_db\necho "\${COMPREPLY[@]}"`;
      const output = await new Deno.Command("bash", { args: ["-c", script] }).output();
      assert.equal(new TextDecoder().decode(output.stderr), "");
      return new TextDecoder().decode(output.stdout).trim();
    };
    assert.equal(await complete("usync-db", "se"), "segments search serve");
    assert.equal(await complete("usync-db", "--data", "x", "export", "--fo"), "--folder --format --force");
    assert.equal(await complete("usync-db", "postgres", "install", "--a"), "--archive");
    assert.equal(await complete("usync-db", "config", ""), "get set --help");
    for (const shell of ["zsh", "fish", "powershell"]) {
      assert.match((await runCli(["completion", shell])).stdout, /usync-db[^]*postgres install|postgres/);
    }
  },
});

Deno.test("a data folder that is a file is said to be one, by every command", () =>
  inDataFolder(async (_data, folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "text");
    const commands = [["status"], ["import", file], ["serve", "--no-open"], ["postgres", "status"]];
    for (const [data, args] of [...commands.map((args) => [file, args]), [join(file, "below"), ["import", file]]]) {
      const { code, stdout, stderr } = await runCli(["--data", data as string, ...args]);
      assert.deepEqual([code, stdout], [1, ""], stderr);
      assert.equal(
        stderr,
        `usync-db: Cannot use the data folder ${data}: ${file} is a file\n` +
          "  Name a folder (--data DIR), or move that file away.\n",
      );
    }
  }));
