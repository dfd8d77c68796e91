import { UsyncError } from "../domain/errors.ts";

/** What a store that is closed answers. */
export function closedError(): UsyncError {
  return new UsyncError("The store is closed", { hint: "Open it again." });
}
