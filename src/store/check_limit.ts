import { shown } from "../domain/check_json.ts";
import { InputError } from "../domain/errors.ts";
import type { SegmentsOptions } from "./store.ts";

/** What a listing gives when no limit is named. */
const PAGE = 100;

/** Checks which segments of a file a caller asks for; throws an `InputError`. */
export function checkSegmentsOptions(options: SegmentsOptions): SegmentsOptions {
  if (options.limit !== undefined) checkLimit(options.limit);
  return options;
}

/** Checks the most that a caller asks for; throws an `InputError`. */
export function checkLimit(limit: number = PAGE): number {
  if (Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new InputError(`limit: not a whole number from 1: ${shown(limit)}`);
}
