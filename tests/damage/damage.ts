import type { Random } from "../../tasks/generator/random.ts";

/** What was done to a store behind its back. */
export interface Damage {
  what: string;
  /** The `file_id`s of the files that it concerns, which alone may be blamed; undefined where nobody can say. */
  concerned: string[] | undefined;
}

/** A value in the place of another, of its kind where that matters. `other`: one of another row. */
export function changed(value: unknown, other: unknown, random: Random): unknown {
  if (random.oneIn(3)) return other;
  if (value === null || random.oneIn(12)) return random.pick([null, 0, ""]);
  if (typeof value === "number" || typeof value === "bigint") {
    const number = BigInt(value);
    return random.pick([number + 1n, number - 1n, -number, 0n, number * 2n, 2n ** 40n, -1n]);
  }
  if (value instanceof Uint8Array) {
    return random.oneIn(3) ? value.subarray(0, random.below(value.length + 1)) : flipped(value, random);
  }
  const text = `${value}`, at = random.below(text.length + 1);
  return random.pick([text.slice(0, at), `${text.slice(0, at)}x${text.slice(at + 1)}`, `${text} `, text.toUpperCase()]);
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[random.below(copy.length)] ^= random.between(1, 255);
  return copy;
}
