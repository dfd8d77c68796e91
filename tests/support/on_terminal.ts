import { existsSync } from "node:fs";
import { resultOf, spawnCli } from "./run_cli.ts";

/** Whether there is a program that gives ours a terminal. */
export const HAS_SCRIPT = Deno.build.os === "linux" && existsSync("/usr/bin/script");

/** A question on the terminal, how it looks once it is answered, and what is typed. */
export interface Typed {
  question: RegExp;
  answered: RegExp;
  answer: string;
}

/** What commands print, one after the other, on a terminal of so many columns. */
export async function onWideTerminal(columns: number, commands: string[][]): Promise<string> {
  const quoted = commands.map((command) => command.map((arg) => `'${arg}'`).join(" ")).join(" && ");
  const program = ["script", "--quiet", "--return", "--command", `stty cols ${columns} && ${quoted}`, "/dev/null"];
  const { code, stdout } = await resultOf(spawnCli([], { program, env: { TERM: "xterm-256color" } }));
  if (code !== 0) throw new Error(`${commands}: ${stdout}`);
  return stdout;
}

/** What a command prints on a terminal on which somebody answers each question, and its exit status. */
export async function onTerminal(
  command: string[],
  { cwd, question, answered, answer }: Typed & { cwd?: string },
): Promise<string> {
  const quoted = command.map((arg) => `'${arg}'`).join(" ");
  const program = ["script", "--quiet", "--return", "--command", quoted, "/dev/null"];
  const child = spawnCli([], { program, cwd, stdin: "piped", env: { TERM: "xterm-256color" } });
  const writer = child.stdin.getWriter(), stderr = new Response(child.stderr).text();
  let output = "";
  const count = (text: RegExp) => output.match(text)?.length ?? 0;
  // Again and again while a question is open: what is typed within the moment that it comes up is thrown away.
  const typing = setInterval(() => {
    if (count(question) > count(answered)) writer.write(new TextEncoder().encode(`${answer}\n`));
  }, 200);
  for await (const bytes of child.stdout) output += new TextDecoder().decode(bytes);
  clearInterval(typing);
  await writer.close();
  return `${output}${await stderr}\nexit status ${(await child.status).code}`;
}
