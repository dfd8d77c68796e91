import type { Settings } from "../store/settings.ts";
import type { Tier } from "../store/store.ts";

/** What `backup.json` says, and each moment. docs/format.md describes all of a backup. */
export const FORMAT = "usync-db backup", VERSION = 1;

/** The file that makes a folder a backup. */
export interface BackupMark {
  format: typeof FORMAT;
  version: number;
  /** Of the store that it is of. */
  store_id: string;
}

/** A part: lines of NDJSON, a file a line, in frames of Zstandard. Its name is its SHA-256. */
export interface PartEntry {
  name: string;
  bytes: number;
  /** Bytes of every frame, which can be unpacked each for itself. */
  frames: number[];
  /** Lines, and the segments of all of them. */
  files: number;
  segments: number;
  /** The part's index (see part_index.ts), which says what the next backup need not write again. Its name is its SHA-256. */
  index: string;
  /** Lines that the moment does not have, from 1: "3,17,20-25". */
  without?: string;
}

/** A file that was damaged in the store when the backup was made. */
export interface DamagedFile {
  file_id: string;
  what: string;
  /** Whether the moment has it as it was when it was sound. */
  is_kept: boolean;
}

/** One state of a store: the lines of some parts. */
export interface BackupMoment {
  format: typeof FORMAT;
  version: number;
  /** RFC 3339. */
  at: string;
  store: { store_id: string; tier: Tier; shards: number; settings: Settings };
  files: number;
  segments: number;
  parts: PartEntry[];
  damaged: DamagedFile[];
}

export const PART_ENDING = ".ndjson.zst", INDEX_ENDING = ".index", MOMENT_ENDING = ".json";

/** The beginning of a moment's name, which sorts by time; colons are not for names. */
export function momentStem(at: string): string {
  return `${at.replaceAll(":", "-")}_`;
}

/** When a moment was, as its name says; undefined when it is not the name of one. */
export function momentTime(name: string): string | undefined {
  const [, day, hour, minute, rest] =
    /^(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d\.\d{3}Z)_[0-9a-f]{64}\.json$/.exec(name) ?? [];
  return day && `${day}${hour}:${minute}:${rest}`;
}

/** What `backup.json` is joined by, for whoever finds the folder without this program. */
export const README = `This folder is a backup of a usync-db store.

moments/  one file for each state that the store can be restored to (JSON): which lines of which parts it has
parts/    *.ndjson.zst: the files with their segments, one JSON object a line, compressed with Zstandard (RFC 8878)
          *.index: helps the next backup; needed for nothing else

The name of each file in both folders ends in, or is, the SHA-256 of its bytes. To restore:

    usync-db restore THIS_FOLDER --data NEW_FOLDER

Without usync-db: unpack the parts that a moment names, leave out the lines that it names in "without".
`;
