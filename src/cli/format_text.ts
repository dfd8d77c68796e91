import { formatCount } from "../domain/format_count.ts";
import type { Shape } from "../migration/plan_move.ts";

/** An amount of segments, or a rate of them: "1,234 segments". */
export function formatSegments(count: number): string {
  return plural(Math.round(count), "segment");
}

/** "1 file", "2 files". */
export function plural(count: number, noun: string, several = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : several}`;
}

/** A tier with its number of shards, where it has several: "sharded (10 shards)". */
export function shapeText({ tier, shards }: Shape): string {
  return shards === 1 ? tier : `${tier} (${shards} shards)`;
}

/** Bytes in powers of ten: 1234567 as "1.23 MB". */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (bytes >= 999.5 && unit < units.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : bytes.toPrecision(3)} ${units[unit]}`;
}

/**
 * A text from outside on one line, in which characters that a terminal would act on can be seen: controls, line separators, and
 * those that change the direction of what follows, `<U+202E>`. JSON and exports have texts as they are.
 */
export function oneLine(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!;
    return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

// deno-lint-ignore no-control-regex
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Seconds: "3 s", "2 min 10 s", "1 h 5 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}
