import { fileURLToPath } from "node:url";

/** Whether Python 3 is there; tests that compare with it are ignored without, and say so. */
export const hasPython = await (async () => {
  for (const name of ["python3", "python"]) {
    try {
      const { success, stdout } = await new Deno.Command(name, { args: ["--version"], stderr: "null" }).output();
      if (success && new TextDecoder().decode(stdout).startsWith("Python 3")) return name;
    } catch { /* not there */ }
  }
  console.warn("Python 3 is not on PATH: the comparisons of tests/formats with it cannot run");
  return undefined;
})();

/** Runs a script of `testdata` with standard input and returns its standard output. */
export async function runPython(script: string, args: string[], input: string): Promise<string> {
  const path = new URL(`testdata/${script}`, import.meta.url);
  const command = new Deno.Command(hasPython!, {
    args: ["-X", "utf8", fileURLToPath(path), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  });
  const child = command.spawn();
  const writing = new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  await writing;
  if (!success) throw new Error(`${script} failed`);
  return new TextDecoder().decode(stdout);
}
