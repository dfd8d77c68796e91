import type { FlatHead } from "./file_fields.ts";

/**
 * The words of a text, as search knows them on every tier: lower case, diacritics and compatibility forms folded, split at
 * everything that is not a letter or a digit. `name.part01.rar` is three words, `Über` is `uber`, `Straße` is `strasse`. Of
 * very long words the beginning counts. Runs of a script that is written without spaces are pairs of characters, so that
 * they are found from anywhere in the run: `進撃の巨人` is `進撃`, `撃の`, `の巨`, `巨人` and the last character, `人`.
 */
export function searchWords(text: string): string[] {
  if (!isAscii(text)) return folded(text).flatMap((word) => hasUnspaced(word) ? wordsOfRuns(word) : [shortened(word)]);
  const words: string[] = text.toLowerCase().match(/[a-z0-9]+/g) ?? []; // takes a fraction of the time
  return words.every(({ length }) => length <= WORD_LENGTH) ? words : words.map(shortened);
}

/** Characters of a word that are looked at. */
const WORD_LENGTH = 200;
/** UTF-8 bytes of the words of one file that a search knows: what fits PostgreSQL's tsvector. */
const FILE_BYTES = 900_000;

/** What a file is found by, besides the subjects of its segments. */
export type SearchedHead = Pick<FlatHead, "name" | "path" | "subject"> & { folder: { name: string } | null };

/**
 * The different words of a file: of its name, path and subject, its folder's name, and of the subjects of its segments that
 * are others; of a file with a great many, the first ones.
 */
export function fileWords({ name, path, subject, folder }: SearchedHead, segmentSubjects: Iterable<string>): string[] {
  const texts = [name, path === name ? "" : path, subject ?? "", folder?.name ?? "", ...segmentSubjects];
  const words = new Set(searchWords(texts.join(" ")));
  let bytes = 0;
  for (const word of words) bytes += word.length * 3 + 4;
  if (bytes <= FILE_BYTES) return [...words];
  bytes = 0;
  return [...words].filter((word) => (bytes += new TextEncoder().encode(word).length + 4) <= FILE_BYTES);
}

/** A word to find. With `prefix`, every word that begins so is meant. */
export interface SearchTerm {
  word: string;
  prefix: boolean;
}

/** A part of a query between white space, with the words that it has. */
export interface SearchPart {
  text: string;
  terms: SearchTerm[];
}

/** The parts of a query that have words; `word*` asks for all words that begin so. */
export function searchParts(query: string): SearchPart[] {
  return query.split(/\s+/).map((text) => ({ text, terms: termsOf(text) })).filter(({ terms }) => terms.length > 0);
}

/** The words of all parts. */
export function searchTerms(parts: SearchPart[]): SearchTerm[] {
  return parts.flatMap(({ terms }) => terms);
}

function termsOf(part: string): SearchTerm[] {
  const runs = folded(part).flatMap(runsOf), isOpen = part.endsWith("*");
  return runs.flatMap((run, i): SearchTerm[] => {
    if (!hasUnspaced(run)) return [{ word: shortened(run), prefix: isOpen && i === runs.length - 1 }];
    const characters = [...run];
    if (characters.length === 1) return [{ word: run, prefix: true }]; // the first of a pair, or the last of a run
    return pairsOf(characters).map((word) => ({ word, prefix: false }));
  });
}

/** Characters of scripts that are written without spaces between words. */
const UNSPACED_CLASS = ["Han", "Hira", "Kana", "Hang", "Thai", "Lao", "Khmr", "Mymr"].map((script) =>
  `\\p{scx=${script}}`
).join("");
const UNSPACED = new RegExp(`[${UNSPACED_CLASS}]`, "u");
const RUNS = new RegExp(`[${UNSPACED_CLASS}]+|[^${UNSPACED_CLASS}]+`, "gu");

/** What has none of these is not looked at by a slow expression. */
const MAYBE_UNSPACED = /[\u0e00-\uffff]/;

function hasUnspaced(text: string): boolean {
  return MAYBE_UNSPACED.test(text) && UNSPACED.test(text);
}

/** The parts of a folded word that are written without spaces, and those between. */
function runsOf(word: string): string[] {
  return hasUnspaced(word) ? word.match(RUNS)! : [word];
}

function wordsOfRuns(word: string): string[] {
  return runsOf(word).flatMap((run) => {
    if (!hasUnspaced(run)) return [shortened(run)];
    const characters = [...run];
    return [...pairsOf(characters), characters[characters.length - 1]];
  });
}

function pairsOf(characters: string[]): string[] {
  return Array.from({ length: characters.length - 1 }, (_, i) => characters[i] + characters[i + 1]);
}

/** Letters that Unicode does not take apart, as they are written without them. */
const LETTERS: { [letter: string]: string } = {
  ...{ ß: "ss", æ: "ae", œ: "oe", þ: "th", ø: "o", ı: "i", ȷ: "j", ĸ: "k", ŋ: "n", ς: "σ", ґ: "г" },
  ...{ ƀ: "b", ɓ: "b", ƈ: "c", ȼ: "c", đ: "d", ð: "d", ɖ: "d", ɗ: "d", ɇ: "e", ƒ: "f", ǥ: "g", ɠ: "g", ħ: "h", ɨ: "i" },
  ...{ ɉ: "j", ƙ: "k", ł: "l", ƚ: "l", ɲ: "n", ƞ: "n", ɵ: "o", ƥ: "p", ɍ: "r", ŧ: "t", ƭ: "t", ʈ: "t", ʉ: "u", ʋ: "v" },
  ...{ ɏ: "y", ƴ: "y", ƶ: "z", ⱥ: "a", ⱦ: "t", ⱡ: "l" },
};
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "g");

/**
 * The words of a text in plain letters. Decomposed first, because what comes out of that may be upper case (`℡` is `TEL`);
 * composed at the end, because Hangul syllables come apart as well.
 */
function folded(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(
    LETTER,
    (letter) => LETTERS[letter],
  );
  const composed = MAYBE_UNSPACED.test(plain) ? plain.normalize("NFC") : plain;
  return composed.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

function shortened(word: string): string {
  return word.length <= WORD_LENGTH ? word : word.slice(0, WORD_LENGTH).toWellFormed().replace("\ufffd", "");
}
