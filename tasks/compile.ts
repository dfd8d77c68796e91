/**
 * Makes the executables, with their checksums: `deno task compile [windows|linux|macos|macos-intel]… [--output FOLDER]`
 * (default: all of them, in dist/).
 *
 * Deno fetches its base runtime for a target the first time. Where it cannot, `DENORT_BIN` names one.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Argument, Command } from "commander";
import { permissionFlags } from "./compile/permission_flags.ts";
import { V8_FLAGS } from "./v8_flags.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const TARGETS: Record<string, { triple: string; file: string }> = {
  windows: { triple: "x86_64-pc-windows-msvc", file: "usync-db.exe" },
  linux: { triple: "x86_64-unknown-linux-gnu", file: "usync-db-linux" },
  macos: { triple: "aarch64-apple-darwin", file: "usync-db-macos" },
  "macos-intel": { triple: "x86_64-apple-darwin", file: "usync-db-macos-intel" },
};

const command = new Command("compile")
  .addArgument(new Argument("[TARGET...]", "what for").choices(Object.keys(TARGETS)).default(Object.keys(TARGETS)))
  .option("--output <folder>", "where to", join(ROOT, "dist"))
  .parse(Deno.args, { from: "user" });
const DIST = resolve(command.opts<{ output: string }>().output);

/** Modules that are started by URL, as workers, which the compiler does not see. */
function workers(): string[] {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("_worker.ts")).map((name) => join("src", name));
}

async function compile(name: string): Promise<boolean> {
  const { triple, file } = TARGETS[name];
  const icon = name === "windows" ? ["--icon", "tasks/compile/usync-db.ico"] : [];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...[
        "compile",
        "--quiet",
        "--no-check",
        "--exclude-unused-npm",
        V8_FLAGS,
        ...permissionFlags(),
        "--target",
        triple,
        ...icon,
      ],
      ...["--output", join(DIST, file), ...workers().flatMap((worker) => ["--include", worker]), "src/cli/main.ts"],
    ],
    cwd: ROOT,
  }).spawn().status;
  if (!success) {
    console.error(
      `Cannot make ${file}: see above. If it is Deno's base runtime (denort) for ${triple} that cannot be fetched, ` +
        "put it on this machine and name it with DENORT_BIN.",
    );
  }
  return success;
}

/** Writes the checksums of all executables that are there, as `sha256sum --check` reads them. */
function writeChecksums(): void {
  const files = Object.values(TARGETS).map(({ file }) => file).filter((file) => readdirSync(DIST).includes(file));
  const lines = files.map((file) =>
    `${createHash("sha256").update(readFileSync(join(DIST, file))).digest("hex")}  ${file}\n`
  );
  writeFileSync(join(DIST, "SHA256SUMS"), lines.join(""));
}

mkdirSync(DIST, { recursive: true });
const results: boolean[] = [];
for (const name of command.processedArgs[0] as string[]) results.push(await compile(name));
writeChecksums();
Deno.exit(results.every(Boolean) ? 0 : 1);
