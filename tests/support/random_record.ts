import fc, { type Arbitrary } from "fast-check";
import { checkRecord } from "../../src/domain/check_record.ts";
import { type FileRecord, type Folder, type Meta, type Segment, STATUSES } from "../../src/domain/records.ts";

/** Texts that break what is careless: order by UTF-16, normalization, BOMs, quotes, look-alikes, line ends. */
const ODD_TEXTS = [
  ...[
    "",
    " ",
    "\uFEFF",
    "\uFFFD",
    "\uFFFF",
    "\uE000",
    "😀",
    "👩‍👩‍👧‍👦",
    "é",
    "e\u0301",
    "İı",
    "ß",
    "ﬀ",
    "\u202Eabc",
    "日本語",
  ],
  ...["\r\n", "\t", "\u0001", "\u2028", "'; DROP TABLE files; --", '"', "\\", "%_*?", "null", "0", "-1", "1e309", "<>"],
];

/** Any text that can be kept: no NUL, no lone surrogates. */
export const texts: Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...ODD_TEXTS), weight: 1 },
  { arbitrary: fc.string({ maxLength: 20 }), weight: 2 },
  { arbitrary: fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", "\u0001")), weight: 1 },
);
const textsOrNull = fc.option(texts, { freq: 3 });

/** Ids as callers have them; the short ones meet again in a run. */
export const fileIds: Arbitrary<string> = fc.oneof(
  fc.uuid(),
  fc.constantFrom("a", "A", "b", "é", "e\u0301", "z", "\uFFFF", "😀", "a/b", "a\\b", "10", "9"),
  texts.filter((text) => text !== ""),
);

const hex = (bytes: number) => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((hash) => hash.toHex());

/** Hashes as they come: none, lower-case hex (which is kept as bytes), other hex, and what is not hex at all. */
export const hashes: Arbitrary<string | null> = fc.oneof(
  fc.constantFrom(null, "", "0", "abc", "ABCDEF01", "aBcD", "00", "ff ff", "sha256:00ff"),
  hex(4),
  hex(16),
  hex(32),
  hex(32).map((hash) => hash.toUpperCase()),
  texts,
);

const letters = (length: number) =>
  fc.string({
    unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    minLength: length,
    maxLength: length,
  });

/** Message-IDs in the shapes of several posting programs, with and without brackets, and what is none. */
export const messageIds: Arbitrary<string> = fc.oneof(
  fc.tuple(fc.nat(999), fc.nat(999), letters(22)).map(([i, n, random]) =>
    `part${i}of${n}.${random}@powerpost2000AA.local`
  ),
  letters(32).map((random) => `${random}@ngPost`),
  fc.tuple(fc.uuid(), letters(8)).map(([uuid, host]) => `<${uuid}@${host}.example>`),
  fc.tuple(letters(10), letters(8), letters(3)).map(([a, b, c]) => `${a}@${b}.${c}`),
  fc.tuple(fc.nat(2 ** 31), fc.nat(99)).map(([time, i]) => `${time}.${i}$gps@news.example.com`),
  letters(240).map((random) => `${random}@x`),
  texts,
);

/**
 * JSON as it may stand in `meta`, with numbers that a double keeps exactly. No key begins with a backslash, because V8 15.0
 * takes other keys for such a one later: after `JSON.parse('{"a":1,"\\\\":2}')`, `JSON.parse('{"a":1,"\\t":2}')` has the key
 * `\\`.
 */
export const jsonValues = fc.jsonValue({
  maxDepth: 3,
  stringUnit: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).filter((unit) => unit !== "\\"),
}).map((value) =>
  JSON.parse(
    JSON.stringify(value),
    (_key, item) => Number.isInteger(item) && !Number.isSafeInteger(item) ? 0 : item,
  )
);
const keys = fc.oneof(fc.constantFrom("__proto__", "constructor", "meta", "é", ""), texts)
  .filter((key) => !key.startsWith("\\"));

/** Free-form JSON, now and then a lot of it. */
export const metas: Arbitrary<Meta> = fc.oneof(
  { arbitrary: fc.dictionary(keys, jsonValues, { maxKeys: 4 }), weight: 20 },
  {
    arbitrary: fc.tuple(texts, fc.integer({ min: 1000, max: 20_000 })).map(([text, times]) => ({
      large: (text || "x").repeat(times),
    })),
    weight: 1,
  },
);

export const timestamps: Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    ...["1999-12-31t23:59:60.25z", "2024-02-29T00:00:00.000001-12:30", "0000-01-01T00:00:00Z", "1969-12-31T23:59:59Z"],
    ...["9999-12-31T23:59:59.999999999+23:59", "2025-08-02T01:01:07Z", "2025-08-02T01:01:07.5Z"],
  ),
  fc.date({ min: new Date("2000-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
    .map((date) => date.toISOString().replace(/\.\d+Z$/, "Z")),
);

const sizes = fc.oneof(fc.constantFrom(0, 1, 768_000), fc.nat(), fc.maxSafeNat());

export const folders: Arbitrary<Folder> = fc.record({
  folder_id: fc.oneof(fc.constantFrom("f1", "f2", "F1"), fileIds),
  path: texts,
  name: texts,
  meta: fc.option(metas, { nil: undefined, freq: 4 }),
});

/** A column of values: all the same, a few different ones, or any. */
function columns<T>(values: Arbitrary<T>, count: number): Arbitrary<T[]> {
  const all = { minLength: count, maxLength: count };
  return fc.oneof(
    values.map((value) => new Array(count).fill(value)),
    fc.array(values, { minLength: 2, maxLength: 9 }).chain((few) => fc.array(fc.constantFrom(...few), all)),
    fc.array(values, all),
  );
}

const offsets = (count: number): Arbitrary<(number | null)[]> =>
  fc.oneof(
    fc.constant(Array.from({ length: count }, (_, i) => i * 768_000)),
    columns(fc.option(sizes), count),
  );

/** Places of segments: those of whole copies one after the other, or any. */
function places(count: number): Arbitrary<{ index: number; redundancy: number }[]> {
  const ofCopies = fc.integer({ min: 1, max: 4 }).map((copies) => {
    const inCopy = Math.ceil(count / copies);
    return Array.from({ length: count }, (_, i) => ({ index: i % inCopy, redundancy: Math.floor(i / inCopy) }));
  });
  const any = fc.record({
    index: fc.oneof(fc.nat(2 ** 31 - 1), fc.nat(300)),
    redundancy: fc.oneof(fc.nat(2), fc.constant(2 ** 31 - 1)),
  });
  const selector = ({ index, redundancy }: { index: number; redundancy: number }) => `${index} ${redundancy}`;
  return fc.oneof(ofCopies, fc.uniqueArray(any, { minLength: count, maxLength: count, selector }));
}

/** The segments of a file, so many, in order; a column of them may be all null, all the same, or anything. */
export function segmentLists(counts: Arbitrary<number>): Arbitrary<Segment[]> {
  const lists = counts.chain((count) => {
    const orNull = <T>(values: Arbitrary<T>) =>
      fc.oneof(fc.constant(new Array<T | null>(count).fill(null)), columns(fc.option(values), count));
    return fc.record({
      place: places(count),
      size: columns(sizes, count),
      offset: offsets(count),
      hash: columns(hashes, count),
      message_id: orNull(messageIds),
      subject: orNull(texts),
      internal_subject: orNull(texts),
      group: orNull(fc.constantFrom("alt.binaries.test", "alt.binaries.usenet2process", "")),
      server: orNull(fc.constantFrom("news.example.com", "ssl.example.net:563")),
      status: columns(fc.constantFrom(...STATUSES), count),
      uploaded_at: orNull(timestamps),
      meta: fc.oneof(
        { arbitrary: fc.constant(new Array<null>(count).fill(null)), weight: 3 },
        { arbitrary: columns(fc.option(metas), count), weight: 1 },
      ),
    });
  });
  return lists.map(({ place, ...rest }) => {
    const segments = place.map((at, i) => ({
      ...at,
      ...Object.fromEntries(Object.entries(rest).map(([key, values]) => [key, values[i]])),
    }));
    return checkRecord({ file_id: "x", path: "", name: "", size: 0, segments }).segments;
  });
}

/** How many segments a file has: mostly few, about a block, or several blocks. */
const segmentCounts = fc.oneof(fc.nat(8), fc.integer({ min: 60, max: 70 }), fc.nat(200));

/** Records as a store holds them, in their full variety. */
export function fileRecords(
  { ids = fileIds, counts = segmentCounts }: { ids?: Arbitrary<string>; counts?: Arbitrary<number> } = {},
): Arbitrary<FileRecord> {
  return fc.record({
    file_id: ids,
    folder: fc.option(folders),
    path: texts,
    name: texts,
    size: fc.oneof(fc.constantFrom(0, 1), fc.nat()),
    hash: hashes,
    subject: textsOrNull,
    poster: textsOrNull,
    groups: fc.array(texts, { maxLength: 3 }),
    created_at: fc.option(timestamps),
    meta: fc.option(metas),
    segments: segmentLists(counts),
  }).map(checkRecord);
}
