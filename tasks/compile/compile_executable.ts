import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import { V8_FLAGS } from "../v8_flags.ts";
import { BASE_COMPILER, BASE_VERSION, fetchBase } from "./base_runtime.ts";
import { permissionFlags } from "./permission_flags.ts";
import { sourceLock } from "./source_lock.ts";
import { unusedFolders } from "./unused_folders.ts";
import { writeProperties } from "./windows_properties.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url)), MAIN = "src/cli/main.ts";

/** Systems that there are executables for: Deno's name, and the file's. */
export const TARGETS: Record<string, { triple: string; file: string }> = {
  windows: { triple: "x86_64-pc-windows-msvc", file: "usync-db.exe" },
  linux: { triple: "x86_64-unknown-linux-gnu", file: "usync-db-linux" },
  macos: { triple: "aarch64-apple-darwin", file: "usync-db-macos" },
  "macos-intel": { triple: "x86_64-apple-darwin", file: "usync-db-macos-intel" },
};

/** Modules that are started by URL, as workers, which the compiler does not see. */
function workers(): string[] {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith("_worker.ts")).map((name) => join("src", name));
}

/** Compiles with the Deno that runs this. Throws when that fails; what the compiler says is shown. */
export async function compileExecutable(target: string, folder: string): Promise<void> {
  await run([Deno.execPath()], target, folder, ["--exclude-unused-npm", ...permissionFlags()], {});
}

/**
 * Compiles with a base runtime from the npm registry, for tests. That is an older Deno, for which a program that may be
 * run makes the folders above it unwritable, as long as they are not there: the executable may run any program. Imports of
 * texts, too, are not yet as a matter of course.
 */
export async function compileForTests(target: string, folder: string): Promise<void> {
  const base = await fetchBase(target, join(folder, "base"));
  console.log(
    `${TARGETS[target].file}: for tests only, with Deno ${BASE_VERSION}; it may run any program (--allow-run).`,
  );
  const permissions = permissionFlags().map((flag) => flag.replace(/^--allow-run=.*/, "--allow-run"));
  const lock = join(folder, "base", "deno.lock");
  writeFileSync(lock, sourceLock(ROOT));
  await run(BASE_COMPILER, target, folder, ["--lock", lock, "--unstable-raw-imports", ...permissions], {
    DENORT_BIN: base,
    DENO_TLS_CA_STORE: "mozilla,system", // this Deno does not know NODE_EXTRA_CA_CERTS
  });
}

async function run(
  deno: [string, ...string[]],
  target: string,
  folder: string,
  flags: string[],
  env: Record<string, string>,
): Promise<void> {
  const { triple, file } = TARGETS[target], output = join(folder, file);
  const icon = target === "windows" ? ["--icon", "tasks/compile/usync-db.ico"] : [];
  const included = workers().flatMap((worker) => ["--include", worker]);
  const excluded = unusedFolders(await npmCache()).flatMap((folder) => ["--exclude", folder]);
  const args = ["--quiet", "--no-check", V8_FLAGS, ...flags, "--target", triple, ...icon, "--output", output];
  if (!await succeeds(deno, ["compile", ...args, ...included, ...excluded, MAIN], env)) {
    throw new Error(
      `Cannot make ${file}: see above. If it is Deno's base runtime (denort) for ${triple} that cannot be fetched, ` +
        "put it on this machine and name it with DENORT_BIN.",
    );
  }
  if (target === "windows") writeProperties(output, config.version);
}

/** The folder of npm packages, which all versions of Deno share, with all in it that the program imports. */
async function npmCache(): Promise<string> {
  const deno = Deno.execPath();
  if (!await succeeds([deno], ["cache", "--quiet", "--frozen", MAIN, ...workers()])) {
    throw new Error("Cannot fetch the npm packages: see above.");
  }
  const { stdout } = await new Deno.Command(deno, { args: ["info", "--json"], cwd: ROOT }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

/** Runs it in the project's folder; what it says is shown. */
async function succeeds(
  [deno, ...first]: [string, ...string[]],
  args: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  const { success } = await new Deno.Command(deno, { args: [...first, ...args], cwd: ROOT, env }).spawn().status;
  return success;
}
