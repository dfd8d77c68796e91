/**
 * The words of a text, as search knows them on every tier: lower case, diacritics removed, split at everything that is
 * not a letter or a digit. `name.part01.rar` is three words, `Über` is `uber`.
 */
export function searchWords(text: string): string[] {
  const lower = text.toLowerCase();
  const plain = isAscii(lower) ? lower : lower.normalize("NFKD").replace(/\p{M}+/gu, "").replaceAll("ς", "σ");
  return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
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
