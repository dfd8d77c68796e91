import { shown } from "../domain/check_json.ts";
import { InputError } from "../domain/errors.ts";
import { checkField, UPDATABLE_FIELD_NAMES } from "../domain/segment_fields.ts";
import type { SegmentUpdate } from "./store.ts";

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
