import { closeSync, createWriteStream, fsyncSync, openSync, statSync, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { remove, rename } from "../files/held.ts";
import { Interruption } from "../domain/interruption.ts";
import type { FileRecord, FileSummary } from "../domain/records.ts";
import { OUTPUT_FORMATS } from "../formats/formats.ts";
import type { NzbHead } from "../formats/nzb_head.ts";
import type { NzbLoss } from "../formats/nzb_writer.ts";

/** Something that the format cannot hold, or not as it is. */
export interface ExportNote {
  what: NzbLoss;
  /** How many files it concerns. */
  files: number;
  /** How many segments were left out. */
  segments: number;
  /** Of the first of these files. */
  names: string[];
}

/** What an export did. */
export interface ExportReport {
  /** What was written. */
  files: number;
  segments: number;
  /** One for each kind of loss that there was. */
  notes: ExportNote[];
}

const MOST_NAMES = 3;

/** A report of an export that has not begun. */
export function newExportReport(): ExportReport {
  return { files: 0, segments: 0, notes: [] };
}

/** An export in one of `OUTPUT_FORMATS` as texts; `report` is complete when the last has been taken. `head`: what files of an NZB have in common. */
export function exportTexts(
  files: AsyncIterable<FileRecord>,
  format: string,
  report: ExportReport,
  head: NzbHead | null = null,
): AsyncGenerator<string> {
  return OUTPUT_FORMATS.get(format)!.write(files, head, {
    written: (segments) => {
      report.files++;
      report.segments += segments;
    },
    lost: (...loss) => note(report, ...loss),
  });
}

/** Notes that something of a file is lost. */
export function note(
  { notes }: ExportReport,
  what: NzbLoss,
  { name }: Pick<FileSummary, "name">,
  segments: number,
): void {
  let note = notes.find((note) => note.what === what);
  if (!note) notes.push(note = { what, files: 0, segments: 0, names: [] });
  note.files++;
  note.segments += segments;
  if (note.names.length < MOST_NAMES) note.names.push(name);
}

/** Throws a `UsyncError` when there is a file. */
function refuseExisting(path: string): void {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new UsyncError(`Cannot write ${path}: there is such a file already`, {
    hint: "Name another one, or overwrite it with --force.",
  });
}

/**
 * Writes texts to a file that gets its name when it is whole; `.gz` names are packed. Only with `overwrite` it may take the
 * place of another.
 */
export async function writeTextFile(
  path: string,
  texts: AsyncIterable<string>,
  { overwrite = false }: { overwrite?: boolean } = {},
): Promise<void> {
  const unfinished = `${path}.part`;
  let file: WriteStream | undefined;
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new Error("it is a folder");
    if (!overwrite) refuseExisting(path);
    file = createWriteStream(unfinished);
    const into = path.toLowerCase().endsWith(".gz") ? createGzip() : file;
    const isWritten = finished(file), failure = new Interruption();
    isWritten.catch((error) => failure.happen(error)); // awaited below, after the writes that fail by it
    if (into !== file) into.pipe(file);
    for await (const text of texts) {
      if (!into.write(text)) await failure.or(new Promise<void>((resolve) => into.once("drain", () => resolve())));
    }
    into.end();
    await isWritten;
    const handle = openSync(unfinished, "r+");
    fsyncSync(handle);
    closeSync(handle);
    if (!overwrite) refuseExisting(path);
    await rename(unfinished, path);
  } catch (error) {
    await close(file);
    if (file) await remove(unfinished);
    if (error instanceof UsyncError) throw error;
    throw new UsyncError(`Cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Closes what is still being written: Windows does not let go of the name of an open file. */
async function close(file: WriteStream | undefined): Promise<void> {
  if (!file || file.closed) return;
  const isClosed = new Promise<void>((resolve) => file.once("close", () => resolve()));
  file.destroy();
  await isClosed;
}
