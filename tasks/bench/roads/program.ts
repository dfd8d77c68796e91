import { fileURLToPath } from "node:url";
import config from "../../../deno.json" with { type: "json" };
import { type Run, run } from "../run.ts";

const ROOT = new URL("../../../", import.meta.url);

/** The command of the task `start` in deno.json, with this Deno, from any folder. */
function startTask(): string[] {
  const [, ...words] = config.tasks.start.split(" "), main = words.pop()!;
  return [Deno.execPath(), ...words, fileURLToPath(new URL(main, ROOT))];
}

/** The program as a user runs it. */
export class Program {
  #command: string[];
  #cwd: string;

  /** `file`: an executable; without, the source as `deno task start` runs it. `cwd`: where it is started. */
  constructor(file: string | undefined, cwd: string) {
    this.#command = file === undefined ? startTask() : [Deno.realPathSync(file)];
    this.#cwd = cwd;
  }

  /** Runs a command on a data folder. Throws an `Error` when its exit status is not 0. */
  run(data: string, ...args: string[]): Promise<Run> {
    return run([...this.#command, "--data", data, ...args], { cwd: this.#cwd });
  }

  /** What a command prints with `--json`. */
  // deno-lint-ignore no-explicit-any
  async json(data: string, ...args: string[]): Promise<any> {
    return JSON.parse((await this.run(data, "--json", ...args)).stdout);
  }

  /** Starts the service on a data folder, at a free port; it prints its address as JSON. */
  serve(data: string): Deno.ChildProcess {
    const [program, ...args] = [...this.#command, "--data", data, "--json", "serve", "--no-open", "--port", "0"];
    return new Deno.Command(program, { args, cwd: this.#cwd, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  }
}
