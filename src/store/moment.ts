import type { KnownFiles } from "./known_files.ts";
import type { StoredBatch } from "./stored_batch.ts";

/** How much a moment holds. */
export interface MomentTotals {
  files: number;
  segments: number;
}

/** Some files of a moment that are not known as they are, and how much was read to find them. */
export interface MomentRound {
  batch: StoredBatch;
  /** Files and segments that were looked at, also those that are known. */
  files: number;
  segments: number;
}

/** One state of a store, which stays as it is while others write. */
export interface Moment {
  /** Parts that can be read side by side. */
  readonly parts: number;
  /** Fixes the state that is read: that of now. Takes milliseconds; called once, before `read`. */
  fix(): Promise<MomentTotals>;
  /** The files of a part whose digests are not the known ones, as they are stored; nothing is checked. Those that are known are marked as seen. */
  read(part: number, known: KnownFiles): AsyncIterable<MomentRound>;
  /** Lets go of the state. May be called again. */
  close(): Promise<void>;
}
