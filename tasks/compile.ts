/**
 * Makes the executable: `deno task compile [windows|linux|macos]…` (default: windows), into dist/.
 *
 * Deno fetches its base runtime for the target the first time. Where it cannot, `DENORT_BIN` names one.
 */
import { fileURLToPath } from "node:url";
import { permissionFlags } from "./compile/permission_flags.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

const TARGETS: Record<string, { triple: string; output: string }> = {
  windows: { triple: "x86_64-pc-windows-msvc", output: "dist/usync-db.exe" },
  linux: { triple: "x86_64-unknown-linux-gnu", output: "dist/usync-db-linux" },
  macos: { triple: "aarch64-apple-darwin", output: "dist/usync-db-macos" },
};

/** Entries besides the main module: workers are started by URL, which the compiler does not see. */
const WORKERS = ["writer", "copy", "check"].map((name) => `src/sqlite/${name}_worker.ts`);

async function compile(name: string): Promise<boolean> {
  const { triple, output } = TARGETS[name];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", ...permissionFlags(), "--target", triple, "--output", output],
      ...[...WORKERS.flatMap((worker) => ["--include", worker]), "src/cli/main.ts"],
    ],
    cwd: ROOT,
  }).spawn().status;
  if (!success) {
    console.error(
      `Cannot make ${output}. If Deno's base runtime (denort) for ${triple} cannot be fetched, put it on this ` +
        "machine and name it with DENORT_BIN.",
    );
  }
  return success;
}

const names = Deno.args.length > 0 ? Deno.args : ["windows"];
const unknown = names.filter((name) => !(name in TARGETS));
if (unknown.length > 0) {
  console.error(`Unknown target: ${unknown.join(", ")}. There are: ${Object.keys(TARGETS).join(", ")}.`);
  Deno.exit(2);
}
const results = [];
for (const name of names) results.push(await compile(name));
Deno.exit(results.every(Boolean) ? 0 : 1);
