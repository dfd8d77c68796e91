import type { Backend } from "../store/backend.ts";

interface Use {
  backend: Backend;
  folder: string;
  /** Reads that are under way. */
  reads: number;
}

/** A backend that stays open until `end` is called. */
export interface HeldBackend {
  backend: Backend;
  end: () => Promise<void>;
}

/**
 * The backend in charge, and those that were in charge before and are still read: a backend is closed when its last read has
 * ended.
 */
export class BackendInUse {
  #use: Use;
  readonly #retired = new Set<Use>();
  readonly #close: (use: Use) => Promise<void>;

  /** `close`: closes a backend that is no longer in charge, and does what can be done then; never throws. */
  constructor(backend: Backend, folder: string, close: (use: { backend: Backend; folder: string }) => Promise<void>) {
    this.#use = { backend, folder, reads: 0 };
    this.#close = close;
  }

  get current(): Backend {
    return this.#use.backend;
  }

  /** Reads from the backend that is in charge now, to the end from the same one. */
  async read<T>(read: (backend: Backend) => Promise<T>): Promise<T> {
    const { backend, end } = this.hold();
    try {
      return await read(backend);
    } finally {
      await end();
    }
  }

  /** The backend that is in charge now, for as long as it is needed. */
  hold(): HeldBackend {
    const use = this.#use;
    use.reads++;
    return { backend: use.backend, end: () => this.#end(use) };
  }

  async #end(use: Use): Promise<void> {
    use.reads--;
    if (use.reads === 0 && this.#retired.delete(use)) await this.#close(use);
  }

  /** Puts another backend in charge. Gives what closes the one that was, as soon as nobody reads it. */
  replace(backend: Backend, folder: string): () => Promise<void> {
    const before = this.#use;
    this.#use = { backend, folder, reads: 0 };
    return async () => {
      if (before.reads > 0) this.#retired.add(before);
      else await this.#close(before);
    };
  }

  /** Whether somebody still reads a backend that is no longer in charge. */
  isRead(folder: string): boolean {
    return [...this.#retired].some((use) => use.folder === folder);
  }
}
