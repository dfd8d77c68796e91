/**
 * The words of a text, as search knows them on every tier: lower case, diacritics removed, split at everything that is
 * not a letter or a digit. `name.part01.rar` is three words, `Über` is `uber`. Of very long words the beginning counts.
 */
export function searchWords(text: string): string[] {
  const words: string[] = (isAscii(text)
    ? text.toLowerCase().match(/[a-z0-9]+/g) // takes a fraction of the time
    : plainLetters(text).match(/[\p{L}\p{N}]+/gu)) ?? [];
  return words.every(({ length }) => length <= WORD_LENGTH) ? words : words.map(shortened);
}

/** Characters of a word that are looked at. */
const WORD_LENGTH = 200;
/** UTF-8 bytes of the words of one file that a search knows: what fits PostgreSQL's tsvector. */
const FILE_BYTES = 900_000;

/** The different words of a file's texts; of a file with a great many, the first ones. */
export function fileWords(texts: string[]): string[] {
  const words = new Set(searchWords(texts.join(" ")));
  let bytes = 0;
  for (const word of words) bytes += word.length * 3 + 4;
  if (bytes <= FILE_BYTES) return [...words];
  bytes = 0;
  return [...words].filter((word) => (bytes += new TextEncoder().encode(word).length + 4) <= FILE_BYTES);
}

/** Decomposed first, because what comes out of that may be upper case (`℡` is `TEL`). */
function plainLetters(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replaceAll("ς", "σ");
}

/** A word to find. With `prefix`, every word that begins so is meant. */
export interface SearchTerm {
  word: string;
  prefix: boolean;
}

/** What a query asks for: all its words; `word*` asks for all words that begin so. */
export function searchTerms(query: string): SearchTerm[] {
  return query.split(/\s+/).flatMap((part) => {
    const words = searchWords(part);
    return words.map((word, i) => ({ word, prefix: part.endsWith("*") && i === words.length - 1 }));
  });
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

function shortened(word: string): string {
  return word.length <= WORD_LENGTH ? word : word.slice(0, WORD_LENGTH).toWellFormed().replace("\ufffd", "");
}
