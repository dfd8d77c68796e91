import { messageOf, UsyncError } from "../domain/errors.ts";

/** Milliseconds that an answer may take. */
const ANSWERS_WITHIN = 10_000;

/**
 * The newest published version, as the address of a package's `meta.json` on JSR tells it.
 *
 * @throws {UsyncError} when it cannot be asked, or answers with something else.
 */
export async function newestVersion(address: string): Promise<string> {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWERS_WITHIN) });
    if (answer.status === 404) throw new Error("nothing is published there");
    if (!answer.ok) throw new Error(`the answer was ${answer.status}`);
    const { latest } = await answer.json();
    if (typeof latest !== "string" || !/^\d+\.\d+\.\d+$/.test(latest)) throw new Error("the answer names no version");
    return latest;
  } catch (error) {
    throw new UsyncError(`Cannot ask ${new URL(address).host} for the newest version: ${messageOf(error)}`, {
      hint: "Check the network, and try again.",
      cause: error,
    });
  }
}

/** Whether a version is older than another one; both are three numbers. */
export function isOlder(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(".").map(Number));
  const first = a.findIndex((number, i) => number !== b[i]);
  return first >= 0 && a[first] < b[first];
}
