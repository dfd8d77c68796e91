import { eastAsianWidth } from "get-east-asian-width";

/** Made at the first text that needs it: that takes as long as a tenth of a start. */
let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}

const ASCII = /^[\x20-\x7e]*$/;

/** Columns of a terminal that a text takes: two for Chinese letters and emoji, none for what only marks the letter before. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) width += widthOf(segment);
  return width;
}

const EMOJI = /^\p{RGI_Emoji}$/v;
/** What begins a grapheme and takes no columns itself. */
const UNSEEN = /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Mark}\p{Surrogate}]+/v;

/** A grapheme is as wide as its first letter that is seen, and the halfwidth and fullwidth forms behind that. */
function widthOf(grapheme: string): number {
  if (EMOJI.test(grapheme)) return 2;
  const [first, ...others] = grapheme.replace(UNSEEN, "");
  if (first === undefined) return 0;
  const forms = others.filter((letter) => letter >= "\uff00" && letter <= "\uffef");
  return [first, ...forms].reduce((sum, letter) => sum + eastAsianWidth(letter.codePointAt(0)!), 0);
}

/** The text, or as much of its beginning as fits into so many columns, with an ellipsis. */
export function cutToWidth(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 1, cut = "";
  for (const { segment } of graphemesOf(text.slice(0, columns * MAX_UNITS))) {
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
