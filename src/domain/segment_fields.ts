import { shown } from "./check_json.ts";
import {
  checkBelow,
  checkBytes,
  checkMeta,
  checkTextOrNull,
  checkTime,
  IN_RECORD,
  isObject,
  type Loose,
  refusal,
} from "./check_values.ts";
import { InputError } from "./errors.ts";
import type { Meta } from "./records.ts";

/** The states of a segment on its way to the server. */
export const STATUSES = ["pending", "uploading", "uploaded", "failed", "cancelled"] as const;
/** One of `STATUSES`. */
export type Status = typeof STATUSES[number];

/** One posted (or still to be posted) article: a piece of a file. */
export interface Segment {
  /** Position in the file, from 0. */
  index: number;
  /** 0 for the first posted copy, 1.. for further copies. `(index, redundancy)` is unique in a file. */
  redundancy: number;
  /** Bytes. */
  size: number;
  /** Where the piece starts in the file, in bytes. */
  offset: number | null;
  /** Of the piece's content, in hex, as the caller wrote it. */
  hash: string | null;
  /** Without angle brackets. */
  message_id: string | null;
  /** Of the article. */
  subject: string | null;
  /** The name that the uploader keeps for the segment. */
  internal_subject: string | null;
  /** The newsgroup it was posted to. */
  group: string | null;
  /** The server it was posted to. */
  server: string | null;
  /** How far it is on its way. */
  status: Status;
  /** RFC 3339. */
  uploaded_at: string | null;
  /** There only when something unknown came in with the segment. */
  meta?: Meta;
}

/** The fields that an update changes; what is left out stays as it is. */
export interface SegmentChange {
  /** Without angle brackets. */
  message_id?: string | null;
  /** The newsgroup it was posted to. */
  group?: string | null;
  /** The server it was posted to. */
  server?: string | null;
  /** How far it is on its way. */
  status?: Status;
  /** RFC 3339. */
  uploaded_at?: string | null;
}

/** What the table says of a field. */
interface SegmentField<Name> {
  /** What its values are, which says how they are packed, written as CSV, and described. */
  kind: "number" | "text" | "time" | "status";
  /** Whether it can be null. */
  isNullable: boolean;
  /** Whether an update changes it, as `SegmentChange` says. */
  isUpdatable: Name extends keyof SegmentChange ? true : false;
  /** Its column in a block: they lie in this order, `meta` behind all. Never changed, never used again. */
  column: number;
  /** The first format of blocks that has the column. A new field raises it by one: blocks of lower formats have null. */
  since: number;
}

const number = { kind: "number", isNullable: false, isUpdatable: false, since: 3 } as const;
const text = { kind: "text", isNullable: true, isUpdatable: false, since: 3 } as const;
const updatable = { isUpdatable: true } as const;

/** Every field of a segment but `meta`, in the order of JSON and CSV. How each is checked, `checkSegment` says. */
export const SEGMENT_FIELDS = {
  index: { ...number, column: 3 },
  redundancy: { ...number, column: 4 },
  size: { ...number, column: 6 },
  offset: { ...number, column: 7, isNullable: true },
  hash: { ...text, column: 8 },
  message_id: { ...text, column: 0, ...updatable },
  subject: { ...text, column: 1 },
  internal_subject: { ...text, column: 2 },
  group: { ...text, column: 9, ...updatable },
  server: { ...text, column: 10, ...updatable },
  status: { kind: "status", isNullable: false, column: 5, since: 3, ...updatable },
  uploaded_at: { kind: "time", isNullable: true, column: 11, since: 3, ...updatable },
} as const satisfies { [Name in Exclude<keyof Segment, "meta">]: SegmentField<Name> };

type Fields = typeof SEGMENT_FIELDS;
/** The name of a field. */
export type SegmentFieldName = keyof Fields;
/** The fields that are texts in a block. */
export type TextFieldName = { [Name in SegmentFieldName]: Fields[Name]["kind"] extends "text" | "time" ? Name : never }[
  SegmentFieldName
];
/** The fields that are numbers in a block. */
export type NumberFieldName = Exclude<SegmentFieldName, TextFieldName>;
/** The fields that an update changes. */
export type UpdatableFieldName = keyof SegmentChange;

/** The names of all fields, in the order of JSON and CSV. */
export const SEGMENT_FIELD_NAMES = Object.keys(SEGMENT_FIELDS) as SegmentFieldName[];
/** Whether a field is a text in a block. */
export function isTextField(name: SegmentFieldName): name is TextFieldName {
  const { kind } = SEGMENT_FIELDS[name];
  return kind === "text" || kind === "time";
}

/** The names of those that an update changes. */
export const UPDATABLE_FIELD_NAMES = SEGMENT_FIELD_NAMES.filter((name): name is UpdatableFieldName =>
  SEGMENT_FIELDS[name].isUpdatable
);

/** The values of some segments, field by field. */
export type SegmentValues = { [Name in SegmentFieldName]: Segment[Name][] };

/** The values of segments `start` to `end`. */
export function valuesOf(segments: readonly Segment[], start: number, end: number): SegmentValues {
  const count = end - start;
  const index: number[] = new Array(count), redundancy: number[] = new Array(count), size: number[] = new Array(count);
  const offset: (number | null)[] = new Array(count), hash: (string | null)[] = new Array(count);
  const message_id: (string | null)[] = new Array(count), subject: (string | null)[] = new Array(count);
  const internal_subject: (string | null)[] = new Array(count), group: (string | null)[] = new Array(count);
  const server: (string | null)[] = new Array(count), status: Status[] = new Array(count);
  const uploaded_at: (string | null)[] = new Array(count);
  for (let i = 0; i < count; i++) {
    const segment = segments[start + i];
    index[i] = segment.index;
    redundancy[i] = segment.redundancy;
    size[i] = segment.size;
    offset[i] = segment.offset;
    hash[i] = segment.hash;
    message_id[i] = segment.message_id;
    subject[i] = segment.subject;
    internal_subject[i] = segment.internal_subject;
    group[i] = segment.group;
    server[i] = segment.server;
    status[i] = segment.status;
    uploaded_at[i] = segment.uploaded_at;
  }
  return {
    ...{ index, redundancy, size, offset, hash, message_id, subject, internal_subject, group, server, status },
    uploaded_at,
  };
}

/** Segment `i` of values. Every segment is made by a literal with all keys in order, so that all have the same shape. */
export function segmentAt(values: SegmentValues, i: number, meta: Meta | undefined): Segment {
  const segment: Segment = {
    index: values.index[i],
    redundancy: values.redundancy[i],
    size: values.size[i],
    offset: values.offset[i],
    hash: values.hash[i],
    message_id: values.message_id[i],
    subject: values.subject[i],
    internal_subject: values.internal_subject[i],
    group: values.group[i],
    server: values.server[i],
    status: values.status[i],
    uploaded_at: values.uploaded_at[i],
  };
  if (meta !== undefined) segment.meta = meta;
  return segment;
}

/** A segment with its keys in their order, as JSON has them; a `meta` that is not there is undefined. */
export function segmentInOrder(segment: Segment): Segment {
  return {
    index: segment.index,
    redundancy: segment.redundancy,
    size: segment.size,
    offset: segment.offset,
    hash: segment.hash,
    message_id: segment.message_id,
    subject: segment.subject,
    internal_subject: segment.internal_subject,
    group: segment.group,
    server: segment.server,
    status: segment.status,
    uploaded_at: segment.uploaded_at,
    meta: segment.meta,
  };
}

/** Indexes and redundancies are below this: they fit 31 bits on every tier. */
export const MAX_KEY = 2 ** 31;

/**
 * Checks one segment, see `checkRecord`. `position` is where it stands in the list, for messages. `before` is the one that was
 * checked before it: what many have in common is checked once. @throws {InputError}
 */
export function checkSegment(value: unknown, position: number, before?: Segment): Segment {
  if (!isObject(value)) throw new InputError(`segments[${position}]: not an object: ${shown(value)}`);
  const messageId = bare(checkTextOrNull(value.message_id, position, "message_id"));
  const segment: Segment = {
    index: checkBelow(value.index, MAX_KEY, position, "index"),
    redundancy: value.redundancy === undefined || value.redundancy === null
      ? 0
      : checkBelow(value.redundancy, MAX_KEY, position, "redundancy"),
    size: checkBytes(value.size, position, "size"),
    offset: value.offset === undefined || value.offset === null ? null : checkBytes(value.offset, position, "offset"),
    hash: checkTextOrNull(value.hash, position, "hash"),
    message_id: messageId,
    subject: checkTextOrNull(value.subject, position, "subject"),
    internal_subject: checkTextOrNull(value.internal_subject, position, "internal_subject"),
    group: before && value.group === before.group ? before.group : checkTextOrNull(value.group, position, "group"),
    server: before && value.server === before.server
      ? before.server
      : checkTextOrNull(value.server, position, "server"),
    status: checkStatus(value.status, messageId, position),
    uploaded_at: before && value.uploaded_at === before.uploaded_at
      ? before.uploaded_at
      : checkTime(value.uploaded_at, position, "uploaded_at"),
  };
  if (hasOtherKeys(value)) {
    const meta = checkMeta(value, SEGMENT_KEYS, position);
    if (meta !== null && Object.keys(meta).length > 0) segment.meta = meta;
  }
  return segment;
}

const SEGMENT_KEYS: ReadonlySet<string> = new Set([...SEGMENT_FIELD_NAMES, "meta"]);

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

/**
 * A Message-ID as it is stored: without surrounding white space and angle brackets, however many it came with, so that
 * reading it again changes nothing.
 */
export function bareMessageId(text: string): string {
  let bare = text.trim();
  while (bare.startsWith("<") && bare.endsWith(">")) bare = bare.slice(1, -1).trim();
  return bare;
}

/** A Message-ID without brackets; "" is null. */
function bare(messageId: string | null): string | null {
  if (messageId === null || messageId === "") return null;
  if (isPlainCharacter(messageId.charCodeAt(0)) && isPlainCharacter(messageId.charCodeAt(messageId.length - 1))) {
    return messageId;
  }
  return bareMessageId(messageId) || null;
}

/** Visible ASCII other than `<`: neither white space nor an opening bracket. A Message-ID that begins and ends so is stored as it is. */
export function isPlainCharacter(code: number): boolean {
  return code > 32 && code < 127 && code !== 60;
}

function checkStatus(value: unknown, messageId: string | null, position: number): Status {
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
  throw refusal(position, "status", `unknown: ${shown(value)}`);
}

/** The value that an update gives to a field: null stands for none, where it may be. @throws {InputError} */
export function checkField<Name extends UpdatableFieldName>(name: Name, value: unknown): Segment[Name] {
  return CHECKS[SEGMENT_FIELDS[name].kind](value, name) as Segment[Name];
}

const CHECKS: { [Kind in Fields[UpdatableFieldName]["kind"]]: (value: unknown, name: string) => string | null } = {
  text: (value, name) => {
    const checked = checkTextOrNull(value, IN_RECORD, name);
    return name === "message_id" ? bare(checked) : checked;
  },
  time: (value, name) => checkTime(value, IN_RECORD, name),
  status: (value, name) => {
    if (value === null) throw refusal(IN_RECORD, name, "missing");
    return checkStatus(value, null, IN_RECORD);
  },
};
