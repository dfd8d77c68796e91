/**
 * How a file name ends: in an extension of letters and digits. Not in a top-level domain, a codec, a year or a size
 * (`www.example.com`, `web.h264`, `2.0`, `1.25GB`), which stand in brackets as often as names do.
 */
const EXTENSION = /.\.(?!(?:com|net|org|[hx]26\d)$)(?:[a-z][a-z0-9]{1,4}|7z|3gp|\d{3})$/i;
/** The most characters that `EXTENSION` looks at. */
const MAX_EXTENSION = 8;

const COUNTER = String.raw`[[({]\s*\d+\s*(?:/|of)\s*\d+\s*[\])}]`;
const SIZE = String.raw`\d[\d.,]*\s?(?:[kmgt]i?b|bytes)`;
const LEADING_COUNTER = new RegExp(String.raw`^\s*${COUNTER}[\s:-]*`, "i");
/** What follows a name: `yEnc`, a counter of parts, a size with its unit. */
const TRAILING = new RegExp(String.raw`(?:(?:^|\s)yenc|${COUNTER}|[[(]\s*${SIZE}\s*[\])]|(?:^|\s)${SIZE})$`, "i");
/** A size without a unit. */
const TRAILING_NUMBER = /\s\d[\d.,]*$/;
/** The most characters that `TRAILING` and `TRAILING_NUMBER` look at: a subject may be long. */
const MAX_TRAILING = 80;

/** What stands beside a quote that opens or closes; any other character belongs to a name. */
const BESIDE_QUOTE = /[\s"()[\]{}<>:;,_=|-]/;

/** Where a text between two characters begins and ends: the places of these. */
type Pair = [start: number, end: number];

/**
 * The file name in the subject of a post, found as downloaders do: what is between quotes; else the last bracket with a file
 * name in it; else the subject without counters, `yEnc` and what follows it, and sizes. Such as `photo.part01.rar` in
 * `[1/5] - "photo.part01.rar" yEnc (1/24)`. The subject itself where nothing is left.
 */
export function nameOfSubject(subject: string): string {
  return quotedName(subject) ?? (bareName(subject) || subject);
}

/** The first text in quotes that is a file name, else the first one. */
function quotedName(subject: string): string | undefined {
  const texts = quotedPairs(subject)
    .map(([start, end]) => trimmed(subject.slice(start + 1, end), '"'))
    .filter((text) => text !== "");
  return texts.find(isFileName) ?? texts[0];
}

function bareName(subject: string): string {
  const text = trimmed(withoutLeading(withoutTrailing(subject)), '"');
  if (isFileName(text)) return text.replace(/^.*[!?]\s{2,}/s, ""); // without the sentence before it
  return bracketedName(text, "[", "]") ?? bracketedName(text, "(", ")") ?? text;
}

function isFileName(text: string): boolean {
  return EXTENSION.test(text.slice(-MAX_EXTENSION));
}

function withoutLeading(text: string): string {
  for (let found; (found = LEADING_COUNTER.exec(text)) !== null;) text = text.slice(found[0].length);
  return text;
}

function withoutTrailing(subject: string): string {
  let text = subject;
  for (const { index } of subject.matchAll(/\syenc(?=\s|$)/gi)) text = subject.slice(0, index);
  if (text !== subject) text = withoutEnd(text, "-");
  while (true) {
    const before = text;
    text = cut(text, TRAILING);
    const name = cut(text, TRAILING_NUMBER);
    if (isFileName(name)) text = name;
    if (text === before) return text;
  }
}

/** A text without what matches at its end, nor what parts that from the rest. */
function cut(text: string, pattern: RegExp): string {
  const whole = text.trimEnd(), found = pattern.exec(whole.slice(-MAX_TRAILING));
  return found === null ? whole : withoutEnd(whole.slice(0, whole.length - found[0].length), "-");
}

/** A text without white space and some characters at its end. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && (characters.includes(text[end - 1]) || text[end - 1].trim() === "")) end--;
  return text.slice(0, end);
}

/** A text without white space and some characters at its beginning and end. */
function trimmed(text: string, characters: string): string {
  let start = 0;
  while (start < text.length && (characters.includes(text[start]) || text[start].trim() === "")) start++;
  return withoutEnd(text.slice(start), characters);
}

/** The last text between brackets that is a file name: without the number or the folders before it (`3/name.ext`). */
function bracketedName(text: string, open: string, close: string): string | undefined {
  let name: string | undefined;
  const starts: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === open) starts.push(at);
    if (text[at] !== close || starts.length === 0) continue;
    const inside = text.slice(starts.pop()! + 1, at).trim();
    if (isFileName(inside)) name = inside;
  }
  return name?.replace(/^\d*\/(?:.*\/)?/s, "");
}

/** Texts in quotes that are in no others: `"name with "inner" quotes.rar"` is one. */
function quotedPairs(text: string): Pair[] {
  const opened: number[] = [], found: Pair[] = [];
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    const mayOpen = isBeside(text[at - 1]), mayClose = isBeside(text[at + 1]);
    const opens = mayOpen !== mayClose ? mayOpen : opened.length === 0;
    if (opens) opened.push(at);
    else if (opened.length > 0) {
      const start = opened.pop()!;
      while (found.length > 0 && found[found.length - 1][0] > start) found.pop(); // inside of this one
      found.push([start, at]);
    }
  }
  return found;
}

function isBeside(character: string | undefined): boolean {
  return character === undefined || BESIDE_QUOTE.test(character);
}
