import { fileURLToPath } from "node:url";
import { V8_FLAGS } from "../v8_flags.ts";
import { permissionFlags } from "./permission_flags.ts";

const [CONFIG, SOURCE, MAIN] = ["deno.json", "src", "src/cli/main.ts"].map((name) =>
  fileURLToPath(new URL(`../../${name}`, import.meta.url))
);

/** The command that runs the source as the executable runs: with the same permissions and flags. */
export function sourceProgram(): string[] {
  const flags = [V8_FLAGS, "--quiet", "--no-check", "--config", CONFIG, ...permissionFlags([SOURCE])];
  return [Deno.execPath(), "run", ...flags, MAIN];
}
