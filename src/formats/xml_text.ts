/** Text that stands for itself in XML 1.0: visible ASCII and spaces, except what has a meaning. */
const PLAIN = /^[ !#-%'-;=?-~]*$/;
/** What XML 1.0 cannot hold, not even as a character reference. */
// deno-lint-ignore no-control-regex
const IMPOSSIBLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const REFERENCES: { [character: string]: string } = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" },
  ...{ "\t": "&#9;", "\n": "&#10;", "\r": "&#13;" },
};

/** Whether XML 1.0 can hold a text. */
export function isXmlText(text: string): boolean {
  return PLAIN.test(text) || text.isWellFormed() && text.search(IMPOSSIBLE) < 0;
}

/**
 * A text as it is written in an attribute in double quotes or between tags, so that reading it gives it back unchanged;
 * characters that XML cannot hold become U+FFFD.
 */
export function xmlText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.toWellFormed().replace(IMPOSSIBLE, "\ufffd").replace(
    /[&<>"\t\n\r]/g,
    (character) => REFERENCES[character],
  );
}
