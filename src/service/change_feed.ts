/** Counts the changes to a store that a service has made, and tells whoever listens. */
export class ChangeFeed {
  #count = 0;
  #listeners = new Set<() => void>();

  /** How many changes there were since the service started. */
  get count(): number {
    return this.#count;
  }

  /** Something in the store, or about it, is another than it was. */
  note(): void {
    this.#count++;
    for (const listener of this.#listeners) listener();
  }

  /** Calls the listener at every change, until the result is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
