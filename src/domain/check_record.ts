import {
  checkJson,
  isLonger,
  isStorable,
  MAX_ID_BYTES,
  MAX_TEXT_BYTES,
  setOwn,
  shown,
  whyNotStorable,
  whyTooLong,
} from "./check_json.ts";
import { InputError } from "./errors.ts";
import { formatCount } from "./format_count.ts";
import { isTimestamp } from "./is_timestamp.ts";
import {
  bareMessageId,
  compareSegments,
  type FileRecord,
  type Folder,
  type Meta,
  type Segment,
  type Status,
} from "./records.ts";

const RECORD_KEYS: readonly string[] = [
  ...["file_id", "folder", "path", "name", "size", "hash", "subject", "poster", "groups", "created_at", "meta"],
  "segments",
];
const FOLDER_KEYS: readonly string[] = ["folder_id", "path", "name", "meta"];
const SEGMENT_KEYS: readonly string[] = [
  ...["index", "redundancy", "size", "offset", "hash", "message_id", "subject", "internal_subject", "group", "server"],
  ...["status", "uploaded_at", "meta"],
];

/** Indexes and redundancies are below this: they fit 31 bits on every tier. */
const PLACES = 2 ** 31;

/** Segments of a file, and why a file with more is refused. */
export const MAX_SEGMENTS = 4_000_000, WHY_TOO_MANY = `more than ${formatCount(MAX_SEGMENTS)}`;

/** Places in messages: a number from 0 is a segment. Numbers, so that nothing is built before there is an error. */
const IN_RECORD = -1;
const IN_FOLDER = -2;

/** Any object, as it came. */
type Loose = { [key: string]: unknown };

/**
 * Checks a parsed JSON value (or what a caller passed) and makes a `FileRecord` of it, with all keys there. The
 * argument is not changed.
 *
 * What may be left out or null: everything but `file_id`, `path`, `name` and `size`, a folder's three keys, and a
 * segment's `index` and `size`. Then `groups` and `segments` are empty, `redundancy` is 0, `status` is "uploaded" when
 * there is a Message-ID and "pending" when there is none; the rest is null. An empty Message-ID is none.
 *
 * Segments are sorted by `compareSegments`, Message-IDs lose their brackets, everything else stays as it is written.
 * Unknown keys move into `meta` (of the record, folder or segment they are in); where `meta` already has that name, the
 * unknown key gets underscores in front until it is free.
 *
 * Throws an `InputError` that names the place: `segments[3].size: not a whole number of bytes: -1`.
 */
export function checkRecord(value: unknown): FileRecord {
  if (!isObject(value)) throw new InputError(`not a record: ${shown(value)}`);
  const file_id = text(value.file_id, IN_RECORD, "file_id", MAX_ID_BYTES);
  if (file_id === "") throw refusal(IN_RECORD, "file_id", "empty");
  return {
    file_id,
    folder: value.folder === null || value.folder === undefined ? null : checkFolder(value.folder),
    path: text(value.path, IN_RECORD, "path"),
    name: text(value.name, IN_RECORD, "name"),
    size: bytes(value.size, IN_RECORD, "size"),
    hash: textOrNull(value.hash, IN_RECORD, "hash"),
    subject: textOrNull(value.subject, IN_RECORD, "subject"),
    poster: textOrNull(value.poster, IN_RECORD, "poster"),
    groups: checkGroups(value.groups),
    created_at: timestamp(value.created_at, IN_RECORD, "created_at"),
    meta: metaOf(value, RECORD_KEYS, IN_RECORD),
    segments: checkSegments(value.segments),
  };
}

function checkFolder(value: unknown): Folder {
  if (!isObject(value)) throw refusal(IN_RECORD, "folder", `not an object: ${shown(value)}`);
  const folder: Folder = {
    folder_id: text(value.folder_id, IN_FOLDER, "folder_id", MAX_ID_BYTES),
    path: text(value.path, IN_FOLDER, "path"),
    name: text(value.name, IN_FOLDER, "name"),
  };
  if (folder.folder_id === "") throw refusal(IN_FOLDER, "folder_id", "empty");
  const meta = metaOf(value, FOLDER_KEYS, IN_FOLDER);
  if (meta !== null && Object.keys(meta).length > 0) folder.meta = meta;
  return folder;
}

function checkGroups(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw refusal(IN_RECORD, "groups", `not a list: ${shown(value)}`);
  return value.map((group, i) => text(group, IN_RECORD, `groups[${i}]`));
}

function checkSegments(value: unknown): Segment[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw refusal(IN_RECORD, "segments", `not a list: ${shown(value)}`);
  if (value.length > MAX_SEGMENTS) throw refusal(IN_RECORD, "segments", WHY_TOO_MANY);
  const segments: Segment[] = [];
  let sorted = true;
  for (let i = 0; i < value.length; i++) {
    const segment = checkSegment(value[i], i, segments[i - 1]);
    if (i > 0 && compareSegments(segments[i - 1], segment) >= 0) sorted = false;
    segments.push(segment);
  }
  if (sorted) return segments;
  segments.sort(compareSegments);
  for (let i = 1; i < segments.length; i++) {
    if (compareSegments(segments[i - 1], segments[i]) === 0) {
      const { index, redundancy } = segments[i];
      throw refusal(IN_RECORD, "segments", `index ${index} is there twice with redundancy ${redundancy}`);
    }
  }
  return segments;
}

/**
 * Checks one segment, see `checkRecord`. `place` is its place in the list, for messages. `before` is the one that was checked
 * before it: what many have in common is checked once. Every segment is made by this one literal, so that all have the same
 * shape; keep `meta` out of it.
 */
export function checkSegment(value: unknown, place: number, before?: Segment): Segment {
  if (!isObject(value)) throw new InputError(`segments[${place}]: not an object: ${shown(value)}`);
  const messageId = bare(textOrNull(value.message_id, place, "message_id"));
  const segment: Segment = {
    index: wholeBelow(value.index, PLACES, place, "index"),
    redundancy: value.redundancy === undefined || value.redundancy === null
      ? 0
      : wholeBelow(value.redundancy, PLACES, place, "redundancy"),
    size: bytes(value.size, place, "size"),
    offset: value.offset === undefined || value.offset === null ? null : bytes(value.offset, place, "offset"),
    hash: textOrNull(value.hash, place, "hash"),
    message_id: messageId,
    subject: textOrNull(value.subject, place, "subject"),
    internal_subject: textOrNull(value.internal_subject, place, "internal_subject"),
    group: before && value.group === before.group ? before.group : textOrNull(value.group, place, "group"),
    server: before && value.server === before.server ? before.server : textOrNull(value.server, place, "server"),
    status: checkStatus(value.status, messageId, place),
    uploaded_at: before && value.uploaded_at === before.uploaded_at
      ? before.uploaded_at
      : timestamp(value.uploaded_at, place, "uploaded_at"),
  };
  if (hasOtherKeys(value)) {
    const meta = metaOf(value, SEGMENT_KEYS, place);
    if (meta !== null && Object.keys(meta).length > 0) segment.meta = meta;
  }
  return segment;
}

/**
 * Whether a segment has a `meta` or keys that are not known. Counted, and with the names written out, because this runs
 * once a segment: comparing each key with the known ones takes as long as all the other checks together.
 */
function hasOtherKeys(value: Loose): boolean {
  let keys = 0;
  for (const _key in value) keys++;
  return keys !== there(value.index) + there(value.redundancy) + there(value.size) + there(value.offset) +
      there(value.hash) + there(value.message_id) + there(value.subject) + there(value.internal_subject) +
      there(value.group) + there(value.server) + there(value.status) + there(value.uploaded_at) +
      (value.meta === null ? 1 : 0);
}

function there(value: unknown): number {
  return value === undefined ? 0 : 1;
}

/** A Message-ID without brackets; "" is null. */
function bare(messageId: string | null): string | null {
  if (messageId === null || messageId === "") return null;
  if (isPlainCharacter(messageId.charCodeAt(0)) && isPlainCharacter(messageId.charCodeAt(messageId.length - 1))) {
    return messageId;
  }
  return bareMessageId(messageId) || null;
}

/** Visible ASCII other than `<`: neither white space nor an opening bracket. */
function isPlainCharacter(code: number): boolean {
  return code > 32 && code < 127 && code !== 60;
}

function checkStatus(value: unknown, messageId: string | null, place: number): Status {
  switch (value) {
    case undefined:
    case null:
      return messageId === null ? "pending" : "uploaded";
    case "uploaded":
    case "pending":
    case "uploading":
    case "failed":
    case "cancelled":
      return value;
  }
  throw refusal(place, "status", `unknown: ${shown(value)}`);
}

/**
 * The `meta` of an object together with the keys of it that are not `known`; null when there is neither.
 */
function metaOf(value: Loose, known: readonly string[], place: number): Meta | null {
  const given = value.meta ?? null;
  if (given !== null && !isObject(given)) throw refusal(place, "meta", `not an object: ${shown(given)}`);
  const meta = given === null ? {} : checkJson(given, placeOf(place, "meta")) as Meta;
  let unknown = false;
  for (const key of Object.keys(value)) {
    if (known.includes(key) || value[key] === undefined) continue;
    if (!isStorable(key)) throw refusal(place, "a key", whyNotStorable(key));
    if (isLonger(key, MAX_TEXT_BYTES)) throw refusal(place, "a key", whyTooLong(MAX_TEXT_BYTES));
    let name = key;
    while (Object.hasOwn(meta, name)) name = "_" + name;
    setOwn(meta, name, checkJson(value[key], placeOf(place, key)));
    unknown = true;
  }
  return given === null && !unknown ? null : meta;
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown, place: number, key: string, maxBytes = MAX_TEXT_BYTES): string {
  if (typeof value === "string") {
    if (!isStorable(value)) throw refusal(place, key, whyNotStorable(value));
    if (isLonger(value, maxBytes)) throw refusal(place, key, whyTooLong(maxBytes));
    return value;
  }
  throw refusal(place, key, value === undefined || value === null ? "missing" : `not a text: ${shown(value)}`);
}

function textOrNull(value: unknown, place: number, key: string): string | null {
  return value === null || value === undefined ? null : text(value, place, key);
}

function bytes(value: unknown, place: number, key: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return (value as number) + 0; // -0 is 0
  if (value === undefined || value === null) throw refusal(place, key, "missing");
  throw refusal(place, key, `not a whole number of bytes: ${shown(value)}`);
}

function wholeBelow(value: unknown, limit: number, place: number, key: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < limit) return (value as number) + 0;
  if (value === undefined || value === null) throw refusal(place, key, "missing");
  throw refusal(place, key, `not a whole number from 0 to ${limit - 1}: ${shown(value)}`);
}

function timestamp(value: unknown, place: number, key: string): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" && isTimestamp(value)) return text(value, place, key);
  throw refusal(place, key, `not an RFC 3339 time: ${shown(value)}`);
}

function refusal(place: number, key: string, why: string): InputError {
  return new InputError(`${placeOf(place, key)}: ${why}`);
}

function placeOf(place: number, key: string): string {
  return place === IN_RECORD ? key : place === IN_FOLDER ? `folder.${key}` : `segments[${place}].${key}`;
}
