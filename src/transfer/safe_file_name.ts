/** UTF-8 bytes of a name, so that an ending and a number still fit into what file systems take (255). */
const MAX_BYTES = 200;

/** Names that are devices on Windows, whatever their ending. */
const DEVICES = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i;

/** A text as a file name, without an ending, that every system takes: on Windows, some characters and names are not allowed. */
export function safeFileName(text: string): string {
  // deno-lint-ignore no-control-regex
  const plain = text.normalize("NFC").toWellFormed().replace(/[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\p{Cf}]/gu, "_");
  const name = withinBytes(plain.trim()).replace(/[. ]+$/, "");
  if (name === "") return "unnamed";
  return DEVICES.test(name) ? `_${name}` : name;
}

function withinBytes(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return bytes.length <= MAX_BYTES
    ? text
    : new TextDecoder().decode(bytes.subarray(0, MAX_BYTES)).replace(/\ufffd+$/, "");
}

/** Gives file names that are all different, also where case does not count. */
export class FileNames {
  readonly #taken = new Set<string>();

  /** A name for a text, with an ending. */
  nameFor(text: string, ending: string): string {
    const name = safeFileName(text);
    for (let count = 1;; count++) {
      const unique = count === 1 ? name : `${name} (${count})`, key = unique.toLowerCase();
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return unique + ending;
    }
  }
}
