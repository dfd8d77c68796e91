import fc, { type Arbitrary } from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { type FileRecord, STATUSES } from "../../src/domain/records.ts";
import { jsonValues } from "../support/random_record.ts";

/** Text that can be kept, with all that is odd in it but NUL. */
export const texts = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", "\u0001"));
const ids = texts.filter((text) => text !== "");
const textsOrNull = fc.option(texts);
const bytes = fc.oneof(fc.nat(), fc.maxSafeNat());
const times = fc.constantFrom(
  null,
  "2025-08-02T01:01:07Z",
  "1999-12-31t23:59:60.25z",
  "2024-02-29T00:00:00.000001-12:30",
);

const metas = fc.dictionary(ids.filter((id) => !id.startsWith("\\")), jsonValues, { maxKeys: 3 });

const segments = fc.record({
  index: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  redundancy: fc.integer({ min: 0, max: 3 }),
  size: bytes,
  offset: fc.option(bytes),
  hash: textsOrNull,
  message_id: textsOrNull,
  subject: textsOrNull,
  internal_subject: textsOrNull,
  group: textsOrNull,
  server: textsOrNull,
  status: fc.constantFrom(...STATUSES),
  uploaded_at: times,
  meta: metas,
}, { requiredKeys: ["index", "size"] });

/** Records as callers may write them: keys left out, segments in any order, Message-IDs with brackets. */
export const looseRecords = fc.record({
  file_id: ids,
  folder: fc.option(fc.record({ folder_id: ids, path: texts, name: texts, meta: metas }, {
    requiredKeys: ["folder_id", "path", "name"],
  })),
  path: texts,
  name: texts,
  size: bytes,
  hash: textsOrNull,
  subject: textsOrNull,
  poster: textsOrNull,
  groups: fc.array(texts, { maxLength: 3 }),
  created_at: times,
  meta: fc.option(metas),
  segments: fc.uniqueArray(segments, {
    maxLength: 6,
    selector: ({ index, redundancy }) => `${index} ${redundancy ?? 0}`,
  }),
}, { requiredKeys: ["file_id", "path", "name", "size"] });

/** Records as a store holds them. */
export const records: Arbitrary<FileRecord> = looseRecords.map(checkRecord);
