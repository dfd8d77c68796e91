import type { RoutedBatch } from "../store/packed_batch.ts";

/** Batches that wait to be taken before a sender is held back. */
const MAX_WAITING = 40;

/** Takes batches from several senders to the one who stores them. */
export class BatchChannel {
  readonly #batches: RoutedBatch[] = [];
  #isEnded = false;
  #failure: { error: unknown } | undefined;
  #wakeTaker = () => {};
  #wakeSenders: (() => void)[] = [];

  /** Sends batches; waits while many are not taken yet. Throws what has ended the taker. */
  async send(batches: RoutedBatch[]): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    this.#batches.push(...batches); // one for each shard at most
    this.#wakeTaker();
    while (this.#batches.length > MAX_WAITING && !this.#failure) {
      await new Promise<void>((resolve) => this.#wakeSenders.push(resolve));
    }
    if (this.#failure) throw (this.#failure as { error: unknown }).error;
  }

  /** Nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.#wakeTaker();
  }

  /** Whoever took the batches has failed. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#batches.length = 0;
    for (const wake of this.#wakeSenders.splice(0)) wake();
  }

  /** All batches that are sent, until the end. */
  async *batches(): AsyncGenerator<RoutedBatch> {
    while (true) {
      const batch = this.#batches.shift();
      if (batch) {
        yield batch;
        if (this.#batches.length <= MAX_WAITING) { for (const wake of this.#wakeSenders.splice(0)) wake(); }
      } else if (this.#isEnded) return;
      else await new Promise<void>((resolve) => this.#wakeTaker = resolve);
    }
  }
}
