/** Lets writes pass, and holds new ones back for the moments in which a migration needs stillness. */
export class WriteGate {
  #running = 0;
  #closed: Promise<void> | undefined;
  #whenStill: (() => void)[] = [];

  /** Runs a write, when the gate is open. */
  async pass<T>(write: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#closed;
    this.#running++;
    try {
      return await write();
    } finally {
      this.#running--;
      if (this.#running === 0) { for (const wake of this.#whenStill.splice(0)) wake(); }
    }
  }

  /** Runs something while no write does; writes that come meanwhile wait. */
  async still<T>(work: () => Promise<T>): Promise<T> {
    while (this.#closed) await this.#closed;
    let open = () => {};
    this.#closed = new Promise((resolve) => open = resolve);
    try {
      if (this.#running > 0) await new Promise<void>((resolve) => this.#whenStill.push(resolve));
      return await work();
    } finally {
      this.#closed = undefined;
      open();
    }
  }
}
