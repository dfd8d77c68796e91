import type { Session } from "../session/session.ts";
import { ndjsonAnswer } from "./ndjson_answer.ts";

/** Milliseconds between two lines of progress. */
const BETWEEN = 100;

/** Verifies the store: lines of progress, then the report. */
export function verifyAnswer(session: Session, ending: AbortSignal): Response {
  return reportAnswer((tell) => session.verify(({ files, segments }) => tell({ files, segments })), ending);
}

/** Does something long: lines of `{"progress": …}` while it runs, then `{"report": …}`. */
export function reportAnswer(
  run: (tell: (progress: unknown) => void) => Promise<unknown>,
  ending: AbortSignal,
): Response {
  return ndjsonAnswer(lines(run), ending);
}

async function* lines(run: (tell: (progress: unknown) => void) => Promise<unknown>): AsyncGenerator<string> {
  let told = performance.now(), progress = "", wake = () => {};
  const report = run((done) => {
    if (performance.now() - told < BETWEEN) return;
    told = performance.now();
    progress = JSON.stringify({ progress: done }) + "\n";
    wake();
  }).then((report) => JSON.stringify({ report }) + "\n");
  report.catch(() => {}); // thrown below
  while (true) {
    const turn = new Promise<undefined>((resolve) => wake = () => resolve(undefined));
    const end = await Promise.race([report, turn]);
    if (end !== undefined) return yield end;
    yield progress;
  }
}
