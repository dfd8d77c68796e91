import { isTimestamp } from "../domain/is_timestamp.ts";
import { InputError } from "../domain/errors.ts";
import { bareMessageId, STATUSES } from "../domain/records.ts";
import { isLonger, isStorable, MAX_TEXT_BYTES, shown, whyTooLong } from "../domain/check_json.ts";
import type { SegmentUpdate } from "./store.ts";

/** Checks a change to a segment that a caller passed. Returns it with a bare Message-ID; throws an `InputError`. */
export function checkUpdate(update: SegmentUpdate): SegmentUpdate {
  const { file_id, index, redundancy = 0, message_id, uploaded_at, status } = update;
  if (typeof file_id !== "string" || file_id === "") throw new InputError(`file_id: not a text: ${shown(file_id)}`);
  for (const [key, number] of Object.entries({ index, redundancy })) {
    if (!Number.isInteger(number) || number < 0 || number >= 2 ** 31) {
      throw new InputError(`${key}: not a number of a segment: ${shown(number)}`);
    }
  }
  for (const key of ["message_id", "uploaded_at", "group", "server"] as const) {
    const value = update[key];
    if (value === undefined || value === null) continue;
    if (typeof value !== "string" || !isStorable(value)) throw new InputError(`${key}: not a text: ${shown(value)}`);
    if (isLonger(value, MAX_TEXT_BYTES)) throw new InputError(`${key}: ${whyTooLong(MAX_TEXT_BYTES)}`);
  }
  if (typeof uploaded_at === "string" && !isTimestamp(uploaded_at)) {
    throw new InputError(`uploaded_at: not a time as RFC 3339 writes it: ${shown(uploaded_at)}`);
  }
  if (status !== undefined && !STATUSES.includes(status)) throw new InputError(`status: unknown: ${shown(status)}`);
  const checked: SegmentUpdate = { ...update, redundancy };
  if (typeof message_id === "string") checked.message_id = bareMessageId(message_id) || null;
  return checked;
}
