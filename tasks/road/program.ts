import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** How a run of the program ended, and what it printed. */
export interface Run {
  code: number;
  output: string;
}

/** The program, run in the folder that it works in. */
export class Program {
  /** The folder that it is started in. */
  readonly folder: string;
  #command: string[];

  /** `command`: the program and arguments that come before all others. */
  constructor(command: string[], folder: string) {
    this.#command = command;
    this.folder = folder;
  }

  /** Runs it with nobody to ask; gives both outputs in the order in which it wrote them, as on a terminal. */
  async run(...args: string[]): Promise<Run> {
    const path = join(this.folder, "..", "output.txt"), file = openSync(path, "w");
    try {
      const code = await this.#start(args, ["ignore", file, file]);
      return { code, output: readFileSync(path, "utf8").replaceAll("\r\n", "\n") };
    } finally {
      closeSync(file);
    }
  }

  /** Runs it and gives its standard output; throws when it fails. */
  async read(...args: string[]): Promise<string> {
    const [command, ...first] = this.#command;
    const { code, stdout, stderr } = await new Deno.Command(command, {
      ...{ args: [...first, ...args], cwd: this.folder, stdin: "null", env: { NO_COLOR: "1" } },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    if (code !== 0) throw new Error(`${args.join(" ")} has ended with ${code}:\n${text(stdout)}${text(stderr)}`);
    return text(stdout);
  }

  #start(args: string[], stdio: ["ignore", number, number]): Promise<number> {
    const [command, ...first] = this.#command;
    return new Promise((resolve, reject) => {
      const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
      const child = spawn(command, [...first, ...args], { cwd: this.folder, env, stdio, windowsHide: true });
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
  }
}
