import fc, { type Arbitrary } from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { type FileRecord, STATUSES } from "../../src/domain/records.ts";
import type { Operation } from "./operations.ts";
import { fileRecords } from "./random_record.ts";

// Few different values, so that operations meet what is there already.
export const FEW_FILE_IDS = ["a", "B", "ü", "\ufffd", "😀", "a/b", "A", "z".repeat(300)];
const messageIds = fc.constantFrom("one@x", "two@x", "<three@x>", "ÄÖ@x", "one@X");
const words = fc.constantFrom(
  ...[
    "holiday",
    "HOLIDAY",
    "holi*",
    "part01.rar",
    "über",
    "uber",
    "Über part*",
    "",
    "*",
    "文件",
    "文*",
    "件",
    "ü",
    "a/b x",
    "😀",
    "strasse",
    "ﬁle",
    "no-such",
    "internal.7",
    "internal.7 x",
    "internal.7 rar",
  ],
  ...["rar", "a.b.c", 'quote" OR', "NEAR(", "ß", "ΣΟΦΟΣ", "i̇stanbul", "part01 rar holiday"],
);
const names = fc.constantFrom(
  "holiday.part01.rar",
  "Über.rar",
  "文件 a.b.c",
  "ﬁle ß",
  "σοφος İstanbul Straße",
  "x",
  "",
);
const times = fc.constantFrom(null, "2024-02-29T12:00:00Z", "2024-02-29T13:00:00+01:00", "1960-01-01T00:00:00Z");
const limits = fc.constantFrom(1, 2, 3, 100);
const folders = fc.constantFrom(null, { folder_id: "f1", path: "/p", name: "n" }, {
  folder_id: "ü",
  path: "",
  name: "",
});

/** Records of these files, with none, a few, or several blocks of segments. */
function filesOf(fileIds: Arbitrary<string>): Arbitrary<FileRecord> {
  return fc.record({
    base: fileRecords({ counts: fc.nat(4) }),
    file_id: fileIds,
    names: fc.array(names, { minLength: 2, maxLength: 2 }),
    created_at: times,
    folder: folders,
    count: fc.constantFrom(0, 1, 3, 64, 65, 200),
    messageId: fc.option(messageIds),
    status: fc.constantFrom(...STATUSES),
  }).map(({ base, file_id, names: [name, subject], created_at, folder, count, messageId, status }) => {
    const more = Array.from({ length: count }, (_, index) => ({
      ...{ index, redundancy: 5, size: 1000, status: index % 3 === 0 ? status : "uploaded" },
      ...{
        message_id: index % 50 === 7 ? messageId : `${file_id}-${index}@generated`,
        subject: index % 2 ? subject : null,
        internal_subject: index % 10 === 4 ? "internal.7" : index % 50 === 9 ? "internal.7 x" : null,
      },
    }));
    return checkRecord({ ...base, file_id, name, created_at, folder, segments: [...base.segments, ...more] });
  });
}

function updatesOf(fileIds: Arbitrary<string>) {
  const update = fc.record({
    ...{ file_id: fileIds, index: fc.constantFrom(0, 1, 2, 63, 64, 150), redundancy: fc.constantFrom(0, 5) },
    ...{ message_id: fc.option(messageIds), status: fc.constantFrom(...STATUSES) },
    ...{ uploaded_at: times, group: fc.constantFrom(null, "alt.binaries.x"), server: fc.constantFrom(null, "news") },
  }, { requiredKeys: ["file_id", "index"] });
  return fc.array(update, { minLength: 1, maxLength: 4 });
}

function listings(fileIds: Arbitrary<string>): Arbitrary<Operation> {
  const files = fc.record({ folder: fc.constantFrom("f1", "ü", "none"), limit: limits, after: fileIds }, {
    requiredKeys: [],
  });
  const pending = fc.record({
    limit: limits,
    after: fc.record({ file_id: fileIds, redundancy: fc.constantFrom(0, 5), index: fc.constantFrom(0, 7, 64) }),
  }, { requiredKeys: [] });
  return fc.oneof(
    files.map((options): Operation => ({ kind: "files", options })),
    pending.map((options): Operation => ({ kind: "pending", options })),
  );
}

/** Everything that changes nothing. */
export function queriesOf(fileIds: Arbitrary<string>): Arbitrary<Operation> {
  const ofFile = fc.tuple(fc.constantFrom("record", "file", "segments"), fileIds);
  return fc.oneof(
    { weight: 3, arbitrary: ofFile.map(([kind, file_id]): Operation => ({ kind, file_id })) },
    { weight: 1, arbitrary: messageIds.map((message_id): Operation => ({ kind: "findMessageId", message_id })) },
    {
      weight: 1,
      arbitrary: fc.tuple(messageIds, limits).map(([message_id, limit]): Operation => ({
        ...{ kind: "findSegments", message_id, limit },
      })),
    },
    { weight: 2, arbitrary: listings(fileIds) },
    {
      weight: 3,
      arbitrary: fc.tuple(words, limits).map(([words, limit]): Operation => ({ kind: "search", words, limit })),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Operation["kind"]>("totals", "newest", "folders", "stream", "verify").map((kind) =>
        ({ kind }) as Operation
      ),
    },
  );
}

/** Everything that writes. */
export function writesOf(fileIds: Arbitrary<string>): Arbitrary<Operation> {
  const files = filesOf(fileIds);
  const many = (kind: "putFiles" | "failingLoad", most: number) =>
    fc.array(files, { maxLength: most }).map((files): Operation => ({ kind, files }));
  return fc.oneof(
    { weight: 4, arbitrary: files.map((file): Operation => ({ kind: "putFile", file })) },
    { weight: 2, arbitrary: many("putFiles", 4) },
    { weight: 1, arbitrary: many("failingLoad", 3) },
    { weight: 3, arbitrary: updatesOf(fileIds).map((updates): Operation => ({ kind: "updateSegments", updates })) },
    { weight: 2, arbitrary: fileIds.map((file_id): Operation => ({ kind: "deleteFile", file_id })) },
  );
}

/** Everything that can be asked of a store. */
export function operationsOf(fileIds: Arbitrary<string>): Arbitrary<Operation> {
  return fc.oneof(
    { weight: 12, arbitrary: writesOf(fileIds) },
    { weight: 12, arbitrary: queriesOf(fileIds) },
    { weight: 1, arbitrary: fc.constant<Operation>({ kind: "optimize" }) },
  );
}
