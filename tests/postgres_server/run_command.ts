const MAIN = new URL("../../src/cli/main.ts", import.meta.url).href;

/** What a run of the command ended with. */
export interface CommandResult {
  code: number;
  out: string;
  err: string;
}

/** Starts `usync-db --data DATA postgres ARGS…` as a process of its own. */
export function spawnCommand(data: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "--data", data, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** Runs it to its end. */
export async function runCommand(data: string, ...args: string[]): Promise<CommandResult> {
  const { code, stdout, stderr } = await spawnCommand(data, ...args).output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

/** Starts it, kills it (as kill -9 does) once `moment` has come, and waits for its end. */
export async function killedCommand(moment: () => Promise<boolean>, data: string, ...args: string[]): Promise<void> {
  const child = spawnCommand(data, ...args);
  const output = child.output();
  let ended = false;
  output.then(() => ended = true);
  while (!await moment()) {
    if (ended) {
      const { stdout, stderr } = await output;
      throw new Error(`It ended too early: ${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`);
    }
    await new Promise((done) => setTimeout(done, 2));
  }
  child.kill("SIGKILL");
  await output;
}
