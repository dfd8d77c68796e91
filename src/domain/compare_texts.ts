/**
 * Orders texts by their UTF-8 bytes, as SQLite and PostgreSQL (locale C) do. JavaScript's own order is that of UTF-16
 * units, which puts U+E000 to U+FFFF behind the characters above.
 */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i), y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for characters above U+FFFF, behind all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}
