import type { MoveProgress } from "../migration/migrate.ts";
import type { MoveStep } from "./session.ts";

const STEPS = { copying: "Copying", verifying: "Verifying" };

/** How far a migration is, in words. */
export function moveStep({ step, segments, total }: MoveProgress): MoveStep {
  return { step: STEPS[step], done: segments, total, unit: "segments" };
}
