import type { GrowthEvent } from "../migration/growth.ts";
import { moveStep } from "../session/move_step.ts";
import type { Session, SessionMove } from "../session/session.ts";
import { failureOf, HttpError } from "./http_error.ts";
import type { MigrationState } from "./shapes.ts";

/** Messages that a migration keeps. */
const MOST_MESSAGES = 100;

/** The migration of a service, or the growth of its store: one at a time, whose state and end can be asked for. */
export class MigrationJob {
  #session: Session;
  #busy = 0;
  #state: MigrationState = {
    ...{ id: 0, version: 0, running: false, can_stop: false, step: null },
    ...{ messages: [], result: null, error: null },
  };
  #listeners = new Set<() => void>();
  #stopping = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
    session.onGrowth((event) => this.#follow(event));
  }

  get state(): MigrationState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#state.running;
  }

  /** Whether a migration or what cannot go together with one is on its way. */
  get isBusy(): boolean {
    return this.#busy > 0;
  }

  /** Starts a migration; throws an `HttpError` while another is on its way. Its end is in the state. */
  start(move: SessionMove): void {
    this.#ended = this.alone(async () => {
      this.#begin();
      const { signal } = this.#stopping = new AbortController();
      this.#change({ can_stop: !move.upgrade });
      try {
        const report = await this.#session.migrate(move, {
          message: (text) => this.#change({ messages: [...this.#state.messages, text].slice(-MOST_MESSAGES) }),
          progress: (step) => this.#change({ step }),
          signal,
        });
        this.#change({ result: report ? { moved: true, ...report } : { moved: false } });
      } catch (error) {
        if (!signal.aborted) this.#change({ error: failureOf(error).failure });
      } finally {
        this.#change({ running: false, can_stop: false, step: null });
      }
    });
  }

  /** Stops the migration that was started, and waits for its end; with `discard` what it has copied is removed. */
  async stop(discard: boolean): Promise<void> {
    if (this.#state.running && !this.#state.can_stop) {
      throw new HttpError(409, "This migration cannot be stopped", "Wait for its end.");
    }
    this.#stopping.abort();
    await this.#ended;
    if (discard) await this.alone(() => this.#session.discardMove());
  }

  /** Does something that cannot go together with a migration; throws an `HttpError` while one is on its way. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy) {
      throw new HttpError(409, "A migration is on its way already", "Wait for its end, and see what is due then.");
    }
    this.#busy++;
    return work().finally(() => this.#busy--);
  }

  #begin(): void {
    this.#change({ id: this.#state.id + 1, running: true, step: null, messages: [], result: null, error: null });
  }

  /** Shows a growth like a migration that somebody has started. */
  #follow(event: GrowthEvent): void {
    if (event.kind === "progress") return this.#change({ step: moveStep(event.progress) });
    if (event.kind === "begun") {
      this.#busy++;
      return this.#begin();
    }
    this.#busy--;
    const end = event.kind === "grown"
      ? { result: { moved: true as const, ...event.report } }
      : { error: failureOf(event.error).failure };
    this.#change({ ...end, running: false, step: null });
  }

  /** Calls the listener at every change, until the result is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #change(change: Partial<MigrationState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
