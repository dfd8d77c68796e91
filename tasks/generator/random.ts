/**
 * Random numbers that are the same on every platform for the same seed: sfc32 (PractRand), 32-bit integers only.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let i = 0; i < 15; i++) this.u32(); // until every bit of the seed has reached every bit of the state
  }

  /** A whole number below 2^32. */
  u32(): number {
    const result = (this.#a + this.#b | 0) + this.#counter | 0;
    this.#counter = this.#counter + 1 | 0;
    this.#a = this.#b ^ this.#b >>> 9;
    this.#b = this.#c + (this.#c << 3) | 0;
    this.#c = (this.#c << 21 | this.#c >>> 11) + result | 0;
    return result >>> 0;
  }

  /** The first `count` numbers of `words`, as `u32` would give them, faster. */
  fill(words: Uint32Array, count: number): void {
    let a = this.#a, b = this.#b, c = this.#c, counter = this.#counter;
    for (let i = 0; i < count; i++) {
      const result = (a + b | 0) + counter | 0;
      counter = counter + 1 | 0;
      a = b ^ b >>> 9;
      b = c + (c << 3) | 0;
      c = (c << 21 | c >>> 11) + result | 0;
      words[i] = result;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#counter = counter;
  }

  /** A whole number from 0, below `limit`. */
  below(limit: number): number {
    return Math.floor(this.u32() / 2 ** 32 * limit);
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** One of `list`, in proportion to the weights. */
  weighted<T>(list: readonly (readonly [weight: number, value: T])[]): T {
    let rest = this.below(list.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of list) if ((rest -= weight) < 0) return value;
    throw new RangeError("nothing to choose from");
  }
}
