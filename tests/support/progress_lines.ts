/** Progress elsewhere than on a terminal: a line every five seconds, and so only where others keep the machine busy. */
const PROGRESS = /^[A-Z][a-z ]+: (\[[#.]+\]|.*\/s\b)/;

/** What a command printed, without lines of progress. */
export function withoutProgress(output: string): string {
  return output.split("\n").filter((line) => !PROGRESS.test(line)).join("\n");
}
