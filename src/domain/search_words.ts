/**
 * The words of a text, as search knows them on every tier: lower case, diacritics removed, split at everything that is
 * not a letter or a digit. `name.part01.rar` is three words, `Über` is `uber`.
 */
export function searchWords(text: string): string[] {
  const plain = isAscii(text) ? text.toLowerCase() : plainLetters(text);
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
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
