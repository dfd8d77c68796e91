/** Ends with an extension of 2 to 5 letters and digits, as file names do. */
const FILE_NAME = /.\.[a-z0-9]{2,5}$/i;
/** A number, perhaps with a unit: `1.25GB`, `2.0`. */
const NUMBER = /^[\d.,]+([kmgt]?i?b|%)?$/i;
/** What may surround a file name. */
const AROUND = /^[[({<:;,-]+|[\])}>:;,-]+$/g;

/**
 * The file name in the subject of a post, found as downloaders do: the text in quotes; else the last word that looks
 * like a file name; else the subject itself. Such as `photo.part01.rar` in `[1/5] - "photo.part01.rar" yEnc (1/24)`.
 */
export function nameOfSubject(subject: string): string {
  for (let at = 0; (at = subject.indexOf('"', at) + 1) > 0;) {
    const end = subject.indexOf('"', at);
    if (end < 0) break;
    const quoted = subject.slice(at, end).trim();
    if (quoted !== "") return quoted;
    at = end; // nothing between: the second quote may open the next
  }
  const words = subject.split(/\s+/);
  for (let i = words.length - 1; i >= 0; i--) {
    const word = words[i].replace(AROUND, "");
    if (FILE_NAME.test(word) && !NUMBER.test(word)) return word;
  }
  return subject;
}
