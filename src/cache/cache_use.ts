/** What a cache holds and what it was good for since the store was opened. */
export interface CacheUse {
  entries: number;
  /** What the entries take in memory, about. */
  bytes: number;
  hits: number;
  /** Reads that the store had to answer, also those while it was off. */
  misses: number;
  /** Whether anything is kept: whether it was found to save time. */
  on: boolean;
}
