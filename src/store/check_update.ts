import { shown } from "../domain/check_json.ts";
import { InputError } from "../domain/errors.ts";
import { checkField, UPDATABLE_FIELD_NAMES } from "../domain/segment_fields.ts";
import type { SegmentUpdate } from "./values.ts";

/** Checks a change to a segment that a caller passed. Returns it with a bare Message-ID; throws an `InputError`. */
export function checkUpdate(update: SegmentUpdate): SegmentUpdate {
  const { file_id, index, redundancy = 0 } = update;
  if (typeof file_id !== "string" || file_id === "") throw new InputError(`file_id: not a text: ${shown(file_id)}`);
  for (const [key, number] of Object.entries({ index, redundancy })) {
    if (!Number.isInteger(number) || number < 0 || number >= 2 ** 31) {
      throw new InputError(`${key}: not a number of a segment: ${shown(number)}`);
    }
  }
  const checked: { [key: string]: unknown } = { ...update, redundancy };
  for (const name of UPDATABLE_FIELD_NAMES) {
    if (update[name] !== undefined) checked[name] = checkField(name, update[name]);
  }
  return checked as unknown as SegmentUpdate;
}

/** Checks a list of changes, whatever it is; throws an `InputError`. */
export function checkUpdates(updates: unknown): SegmentUpdate[] {
  if (!Array.isArray(updates)) throw new InputError(`not a list of changes to segments: ${shown(updates)}`);
  return updates.map((update, i) => {
    if (typeof update === "object" && update !== null) return checkUpdate(update);
    throw new InputError(`${i}: not a change to a segment: ${shown(update)}`);
  });
}
