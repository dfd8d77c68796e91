/**
 * Works on a store for a storm: `library_program.ts DATA_FOLDER [SERVER_URL]`. Reads steps from standard input, a line of
 * JSON each, does them side by side, and prints what was answered, as it comes. Ends with its input.
 */
import { messageOf, UsyncError } from "../../src/domain/errors.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { linesOf } from "../../tests/support/child_program.ts";
import { perform, type Step } from "./step.ts";

/** A line that is printed: how a step ended, or that a migration went on, or that the store is open. */
export type Line =
  | { id: number; answer: unknown }
  | { id: number; refusal: string }
  | { id: number; failure: string }
  | { progress: true };

function print(line: Line): void {
  console.log(JSON.stringify(line));
}

async function answer(session: LocalSession, id: number, step: Step): Promise<void> {
  try {
    print({ id, answer: await perform(session, step, url, () => print({ progress: true })) });
  } catch (error) {
    if (error instanceof UsyncError) print({ id, refusal: messageOf(error) });
    else print({ id, failure: error instanceof Error ? error.stack ?? error.message : String(error) });
  }
}

const [data, url] = Deno.args;
{
  await using session = await LocalSession.open(data);
  for await (const line of linesOf(Deno.stdin.readable)) {
    const { id, step } = JSON.parse(line);
    void answer(session, id, step);
  }
}
