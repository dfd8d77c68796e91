/** A growing list of 32-bit numbers. */
export class Int32List {
  #values: Int32Array<ArrayBuffer>;
  #length = 0;

  constructor(capacity: number) {
    this.#values = new Int32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#values.length) return;
    const larger = new Int32Array(Math.max(this.#values.length * 2, this.#length + count));
    larger.set(this.#values);
    this.#values = larger;
  }

  /** Forgets all but the first values. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Of values that follow each other and are the same, from a place on, leaves the first. */
  dropRepeats(from: number): void {
    let kept = from;
    for (let i = from; i < this.#length; i++) {
      if (i === from || this.#values[i] !== this.#values[kept - 1]) this.#values[kept++] = this.#values[i];
    }
    this.#length = Math.min(kept, this.#length);
  }

  /** All values; the list starts anew. */
  take(): Int32Array<ArrayBuffer> {
    const taken = this.#values.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
