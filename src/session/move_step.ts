import type { MoveProgress } from "../migration/migrate.ts";
import type { MoveStep } from "./session.ts";

const STEPS = { copying: { step: "Copying", number: 1 }, verifying: { step: "Verifying", number: 2 } };

/** How far a migration is, in words. */
export function moveStep({ step, segments, total }: MoveProgress): MoveStep {
  const { number, ...named } = STEPS[step];
  return { ...named, done: segments, total, unit: "segments", at: { number, of: 2 } };
}
