/** Watches whether the places of a file's segments rise, as they must. */
export class PlaceOrder {
  #redundancy = 0;
  #index = -1;

  /** Takes the next place; false when it does not come after the one before. */
  next(redundancy: number, index: number): boolean {
    const isAfter = redundancy > this.#redundancy || redundancy === this.#redundancy && index > this.#index;
    this.#redundancy = redundancy;
    this.#index = index;
    return isAfter;
  }
}
