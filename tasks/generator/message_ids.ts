import type { Random } from "./random.ts";
import { DIGITS, HEX, LETTERS_AND_DIGITS, RandomTexts } from "./random_texts.ts";

/** Draws the Message-IDs of the segments of one file, first to last. */
export type DrawMessageIds = (random: Random, count: number) => string[];

/** What a posting program calls its articles; one for all articles of a post. */
export function drawMessageIdStyle(random: Random): DrawMessageIds {
  return random.weighted(STYLES)(random);
}

const STYLES: [number, (random: Random) => DrawMessageIds][] = [
  [45, ngPost],
  [20, nyuu],
  [15, obfuscated],
  [10, uuid],
  [10, powerPost],
];

/** `XEc1tUHhsO9hMDk8@ngPost.com` */
function ngPost(random: Random): DrawMessageIds {
  const length = random.oneIn(2) ? 16 : random.between(17, 25);
  return plain(new RandomTexts([{ of: LETTERS_AND_DIGITS, length }, "@ngPost.com"]));
}

const nyuuIds = new RandomTexts([{ of: HEX, length: 32 }, "-", { of: DIGITS, length: 13 }, "@nyuu"]);

/** `13bbb36ae40a4ce4980ec253ec6edc3b-6171933287178@nyuu` */
function nyuu(): DrawMessageIds {
  return plain(nyuuIds);
}

const obfuscatedIds = new RandomTexts([
  ...[{ of: LETTERS_AND_DIGITS, length: 20 }, "@", { of: LETTERS_AND_DIGITS, length: 8 }],
  ...[".", { of: LETTERS_AND_DIGITS.slice(26, 52), length: 3 }],
]);

/** `kJ8sd0LqWm3xZpYtR5vB@Qm2Lx9aT.kzw` */
function obfuscated(): DrawMessageIds {
  return plain(obfuscatedIds);
}

/** `5d0e5c1a-7c39-4f0e-9a62-0f2a8f0a4c11@news.example.net` */
function uuid(random: Random): DrawMessageIds {
  const domain = random.pick(["news.example.net", "post.example.org", "JBinUp.local", "localhost"]);
  const hex = (length: number) => ({ of: HEX, length });
  return plain(new RandomTexts([hex(8), "-", hex(4), "-4", hex(3), "-a", hex(3), "-", hex(12), `@${domain}`]));
}

const powerPostIds = new RandomTexts([{ of: LETTERS_AND_DIGITS, length: 22 }, "@powerpost2000AA.local"]);

/** `part7of131.Vb3nTq0YzLw8Rk5JmX2d9H@powerpost2000AA.local` */
function powerPost(): DrawMessageIds {
  return (random, count) => powerPostIds.draw(random, count, true);
}

function plain(texts: RandomTexts): DrawMessageIds {
  return (random, count) => texts.draw(random, count);
}
