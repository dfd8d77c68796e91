import stringWidth from "string-width";

let graphemes: Intl.Segmenter | undefined;

/** Columns of a terminal that a text takes: two for Chinese letters and emoji, none for what only marks the letter before. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

const ASCII = /^[\x20-\x7e]*$/;

/** The text, or as much of its beginning as fits into so many columns, with an ellipsis. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  graphemes ??= new Intl.Segmenter();
  let width = 1, cut = "";
  for (const { segment } of graphemes.segment(text.slice(0, columns * MAX_UNITS))) {
    width += displayWidth(segment);
    if (width > columns) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** UTF-16 units of a letter with all that marks it; a longer one is cut. */
const MAX_UNITS = 32;

/** The text, filled up with spaces to so many columns. */
export function padToWidth(text: string, columns: number, isRight: boolean): string {
  const space = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return isRight ? space + text : text + space;
}
