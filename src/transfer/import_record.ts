import { messageOf, UsyncError } from "../domain/errors.ts";
import { noCounts } from "../store/put_counts.ts";
import type { PutCounts } from "../store/store.ts";
import type { ImportReport } from "./import_report.ts";

/** Who has asked for an import: a command, the page or a program that sent files or named a path, or the inbox. */
export const IMPORT_ORIGINS = ["command", "upload", "path", "inbox"] as const;
export type ImportOrigin = typeof IMPORT_ORIGINS[number];

/** An import that has ended, as the history keeps it. */
export interface ImportRecord extends PutCounts {
  /** When it began and ended, RFC 3339. */
  began: string;
  ended: string;
  by: ImportOrigin;
  /** What was given, the first of it. */
  paths: string[];
  /** How many paths beyond these were given. */
  more_paths: number;
  /** Inputs that were stored, and those of which nothing was. */
  inputs: number;
  refused: number;
  /** What was not stored: the first of it, and how many notes there were in all. */
  problems: { path: string; message: string }[];
  bad_notes: number;
  /** Why it ended early; null where it did not. */
  error: string | null;
}

/** Paths and problems that are kept of an import, and letters of each text. */
const MAX_PATHS = 10, MAX_PROBLEMS = 10, MAX_LETTERS = 300;

/** What an import was given, and what became of it: its report, or the error that ended it. */
export interface EndedImport {
  by: ImportOrigin;
  began: Date;
  paths: readonly string[];
  report?: ImportReport;
  error?: unknown;
}

/** The record of an import that ends now. */
export function importRecord({ by, began, paths, report, error }: EndedImport): ImportRecord {
  const bad = report?.notes.filter(({ bad }) => bad) ?? [];
  const { added, replaced, unchanged, segments } = report ?? noCounts();
  return {
    ...{ began: began.toISOString(), ended: new Date().toISOString(), by },
    paths: paths.slice(0, MAX_PATHS).map(shortened),
    more_paths: Math.max(0, paths.length - MAX_PATHS),
    ...{ added, replaced, unchanged, segments, inputs: report?.inputs ?? 0, refused: report?.refused ?? 0 },
    problems: bad.slice(0, MAX_PROBLEMS).map(({ path, message }) => ({
      path: shortened(path),
      message: shortened(message),
    })),
    bad_notes: report?.bad_notes ?? 0,
    error: error === undefined ? null : shortened(errorText(error)),
  };
}

function errorText(error: unknown): string {
  return error instanceof UsyncError ? error.message : `internal error: ${messageOf(error)}`;
}

function shortened(text: string): string {
  const letters = [...text.slice(0, 2 * MAX_LETTERS)];
  return letters.length <= MAX_LETTERS && text.length <= 2 * MAX_LETTERS
    ? text
    : `${letters.slice(0, MAX_LETTERS - 1).join("")}…`;
}

/** Milliseconds between two uploads that are told as one import: the page sends files one by one. */
const TOGETHER_MS = 60_000;

/** One record for an upload that follows another one soon; undefined where they are two imports. */
export function mergedUploads(last: ImportRecord, next: ImportRecord): ImportRecord | undefined {
  const isNear = Date.parse(next.began) - Date.parse(last.ended) < TOGETHER_MS;
  if (last.by !== "upload" || next.by !== "upload" || last.error !== null || !isNear) return undefined;
  const paths = [...last.paths, ...next.paths], problems = [...last.problems, ...next.problems];
  const sums = (["added", "replaced", "unchanged", "segments", "inputs", "refused", "bad_notes"] as const)
    .map((name) => [name, last[name] + next[name]]);
  return {
    ...next,
    ...Object.fromEntries(sums),
    began: last.began,
    paths: paths.slice(0, MAX_PATHS),
    more_paths: last.more_paths + next.more_paths + Math.max(0, paths.length - MAX_PATHS),
    problems: problems.slice(0, MAX_PROBLEMS),
  };
}
