import { UsyncError } from "../domain/errors.ts";
import type { GlobalOptions } from "./command_context.ts";

/** Asks on the terminal; `--yes` answers, and where nobody can be asked it says what to do. */
export async function agree(question: string, options: GlobalOptions, instead: string): Promise<boolean> {
  if (options.yes) return true;
  if (!Deno.stdin.isTerminal()) {
    throw new UsyncError(`An answer is needed: ${question}`, { hint: instead });
  }
  Deno.stderr.writeSync(new TextEncoder().encode(`${question} [y/N] `));
  const answer = new Uint8Array(1024);
  const length = Deno.stdin.readSync(answer) ?? 0;
  if (/^y(es)?$/i.test(new TextDecoder().decode(answer.subarray(0, length)).trim())) return true;
  await new Promise((resolve) => setTimeout(resolve, 100)); // Ctrl+C is no answer: it ends the program here
  return false;
}
