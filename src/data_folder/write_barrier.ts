/** Lets writers in together, or one alone: a migration, for the moments in which no write may run. */
export class WriteBarrier {
  #running = 0;
  #closed: Promise<void> | undefined;
  #whenEmpty: (() => void)[] = [];

  /** Runs a write beside other writes; waits while `exclusive` work runs or waits. */
  async shared<T>(write: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#closed;
    this.#running++;
    try {
      return await write();
    } finally {
      this.#running--;
      if (this.#running === 0) { for (const wake of this.#whenEmpty.splice(0)) wake(); }
    }
  }

  /** Runs something while no write does; writes that come meanwhile wait. */
  async exclusive<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#closed;
    let open = () => {};
    this.#closed = new Promise((resolve) => open = resolve);
    try {
      if (this.#running > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
      return await work();
    } finally {
      this.#closed = undefined;
      open();
    }
  }
}
