/**
 * What may make an operation slow that is not: `first`, among the first of its kind that a process runs; `large`, the
 * answer has more than a thousand files or segments; `move`, `load`, `upkeep`, while a migration, a bulk load, or
 * something that reads everything ran; else `usual`.
 */
export const CIRCUMSTANCES = ["usual", "first", "large", "move", "load", "upkeep"] as const;
export type Circumstance = typeof CIRCUMSTANCES[number];
