import { PACKED_ENDINGS } from "../packings/packings.ts";
import { CSV } from "./csv_format.ts";
import type { Format, InputFormat, OutputFormat } from "./format.ts";
import { NDJSON } from "./ndjson_format.ts";
import { NZB } from "./nzb_format.ts";
import { USENETSYNC } from "./usenetsync_format.ts";

/** Every format that is imported, exported, or both. */
export const FORMATS: readonly Format[] = [NZB, NDJSON, USENETSYNC, CSV];

/** Every format that is imported. */
export const INPUT_FORMATS: readonly InputFormat[] = FORMATS.filter((format) => format.reading !== null);

/** Every format that is exported, as `--format` names it. */
export const OUTPUT_FORMATS: ReadonlyMap<string, OutputFormat> = new Map(
  FORMATS.flatMap(({ output }) => output ? [[output.id, output]] : []),
);

/** The format of an export that the ending of a file name says, packed or not; undefined when it says none. */
export function outputNamed(path: string): string | undefined {
  const ending = /(\.[a-z]+)(?:\.gz)?$/i.exec(path)?.[1].toLowerCase();
  return FORMATS.find(({ endings, output }) => output && endings.some((one) => one === ending))?.output?.id;
}

/** The output's endings, in words: ".nzb, .ndjson, .jsonl or .csv". */
export const OUTPUT_ENDINGS = FORMATS.flatMap(({ endings, output }) => output ? endings : [])
  .join(", ").replace(/, ([^,]*)$/, " or $1");

/** Endings of what is imported, packed or not: in lower case, with the dot. */
export const INPUT_ENDINGS: readonly string[] = [...INPUT_FORMATS.flatMap(({ endings }) => endings), ...PACKED_ENDINGS];

/** What is imported, in words: "NZB (.nzb), …, also packed (.gz, …)". */
export const KNOWN_INPUTS =
  `${INPUT_FORMATS.map(({ name, endings }) => `${name} (${endings.join(", ")})`).join(", ")}, ` +
  `also packed (${PACKED_ENDINGS.join(", ")})`;

/** What a file's name says about it. */
export interface NameHint {
  /** What it calls itself, whatever it is packed in; undefined where it tells only that it is packed, or nothing. */
  format?: InputFormat;
  /** Whether it calls itself packed. */
  isPacked: boolean;
  /** Whether an ending of ours stands further inside: `x.nzb.queued`. */
  isInexact: boolean;
}

/** Endings as parts of a regular expression. */
function anyOf(endings: readonly string[]): string {
  return `(?:${endings.map((ending) => ending.replaceAll(".", "\\.")).join("|")})`;
}

const PACKED = new RegExp(`${anyOf(PACKED_ENDINGS)}+$`, "i");
const NAME_PATTERNS = INPUT_FORMATS.map((format) => ({
  format,
  atEnd: new RegExp(`${anyOf(format.endings)}${anyOf(PACKED_ENDINGS)}*$`, "i"),
  inside: new RegExp(`${anyOf(format.endings)}(?![a-z0-9])`, "i"),
}));

/** What a name says, in whatever case: ".NZB.gz" is a packed NZB. */
export function nameHint(name: string): NameHint {
  const isPacked = PACKED.test(name), format = NAME_PATTERNS.find(({ atEnd }) => atEnd.test(name))?.format;
  if (format) return { format, isPacked, isInexact: false };
  // What is beside a database or a backup of it is older than the database: only what is the same however often it is read.
  const inside = isPacked
    ? undefined
    : NAME_PATTERNS.find(({ format, inside }) => format.reading === "stream" && inside.test(name));
  return { format: inside?.format, isPacked, isInexact: inside !== undefined };
}

/** The format of a name, which is read so. */
export function formatNamed<Reading extends InputFormat["reading"]>(
  name: string,
  reading: Reading,
): Extract<InputFormat, { reading: Reading }> {
  const format = INPUT_FORMATS.find((format) => format.name === name && format.reading === reading);
  if (!format) throw new Error(`no format ${name} that is read as ${reading}`);
  return format as Extract<InputFormat, { reading: Reading }>;
}
