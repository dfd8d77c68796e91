import type { SourceSize } from "../store/source_size.ts";

/** How far a load is. */
export interface LoadProgress {
  /** Segments of files that it has added or replaced. */
  storedSegments: number;
  /** How many it will have stored in the end; undefined while nobody can tell. */
  expectedSegments(): number | undefined;
}

/** What keeps an eye on the size of a store: told of all writes, it may hold up a load, but never a single write. */
export interface WriteObserver {
  /** After files were written: what that has added at most. */
  wrote(added: { segments: number; content_bytes: number }): void;
  /** Before a load sends more, or a whole `source`: waits while the store must not take it. Called while the load is in no write. */
  beforeMore(load: LoadProgress, source?: SourceSize): Promise<void>;
  /** After a load was made durable. */
  loadEnded(): Promise<void>;
  /** Before the store closes: waits for what has begun. Undefined when that is nothing. */
  beforeClose(): Promise<void> | undefined;
}
