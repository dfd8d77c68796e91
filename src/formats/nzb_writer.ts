import { UsyncError } from "../domain/errors.ts";
import type { FileRecord, Segment } from "../domain/records.ts";
import { FOLDER_ATTRIBUTE, isNzbFolder } from "./nzb_folder.ts";
import { asHead, CommonHead, hasEntries, HEAD_ATTRIBUTE, NAMESPACE, type NzbHead } from "./nzb_head.ts";
import { isXmlText, xmlText } from "./xml_text.ts";

const CHUNK = 64 * 1024;

/** Visible ASCII without brackets. */
const USUAL_ID = /^[!-;=?-~]+$/;

const PROLOGUE = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nzb PUBLIC "-//newzBin//DTD NZB 1.1//EN" "http://www.newzbin.com/DTD/nzb/nzb-1.1.dtd">
<nzb xmlns="http://www.newzbin.com/DTD/2003/nzb"`;

/** What an NZB cannot hold of a file, or not as it is. */
export type NzbLoss =
  | "files_not_posted"
  | "segments_not_posted"
  | "segments_with_odd_id"
  | "characters_replaced"
  | "heads_differ";

/** `segments`: how many were left out. */
type TellLoss = (loss: NzbLoss, file: FileRecord, segments: number) => void;

/** The head of an NZB that is written, and what is called for each file. */
export interface NzbOptions {
  /**
   * The head of the document: entries that all files have, since other programs apply it to all of them. When left out,
   * that of a list are found, and those of a stream have none in common.
   */
  head?: NzbHead | null;
  /** It stands in the NZB, with so many of its segments. */
  written?: (segments: number) => void;
  /** Something of it was lost. */
  lost?: TellLoss;
}

/**
 * One NZB of many files, in pieces of about 64 kB.
 *
 * What an NZB cannot hold is left out and told: segments without a Message-ID, and files of which none is left. Copies of a
 * segment follow the first ones, with the same numbers. The head has only what all files share, so that no file gets the
 * password of another; a file that has more carries its own in an attribute that other programs ignore (`usync:head`,
 * JSON). So it is with the folder, if an NZB was read as it (`usync:folder`): the document has that of the first file, and a
 * file in another one its own. Reading the result gives every file back as it was. A file without a subject gets
 * `"name" yEnc (1/N)`, one without groups those of its segments. Characters that XML cannot hold become U+FFFD.
 *
 * Throws a `UsyncError` when there is nothing to write, in which case nothing was yielded, and when a file has not got an
 * entry of the head.
 */
export async function* writeNzb(
  files: AsyncIterable<FileRecord> | Iterable<FileRecord>,
  options: NzbOptions = {},
): AsyncGenerator<string> {
  const documentHead = options.head === undefined ? headOfList(files) : options.head, listener = options;
  const documentJson = JSON.stringify(documentHead ?? {});
  let text = "", documentFolder: string | undefined;
  for await (const file of files) {
    const posted = postedSegments(file);
    if (posted.length === 0) {
      listener.lost?.("files_not_posted", file, file.segments.length);
      continue;
    }
    const head = asHead(file.meta?.nzb_head);
    const folderJson = folderText(file);
    if (documentFolder === undefined) {
      documentFolder = folderJson;
      text += documentStart(folderJson, documentHead);
    }
    if (!hasEntries(head, documentHead)) throw headChanged(file);
    const headJson = JSON.stringify(head ?? {});
    const ownHead = headJson === documentJson ? undefined : headJson;
    const own = { head: ownHead, folder: folderJson === documentFolder ? undefined : folderJson };
    if (listener.lost) {
      tellReplaced(file, ownHead === undefined ? headTexts(head).flat() : [ownHead], listener.lost);
      tellLeftOut(file, posted, listener.lost);
      if (ownHead !== undefined) listener.lost("heads_differ", file, 0);
    }
    text += fileStart(file, own, posted);
    for (const segment of posted) {
      text += segmentElement(segment);
      if (text.length >= CHUNK) {
        yield text;
        text = "";
      }
    }
    text += "\t\t</segments>\n\t</file>\n";
    listener.written?.(posted.length);
  }
  if (documentFolder === undefined) {
    throw new UsyncError("Cannot write an NZB: none of the files has a posted segment", {
      hint: "Export as ndjson or csv to get files that are not posted yet.",
    });
  }
  yield text + "</nzb>\n";
}

/** What files share that are at hand; a stream cannot be read twice. */
function headOfList(files: AsyncIterable<FileRecord> | Iterable<FileRecord>): NzbHead | null {
  const common = new CommonHead();
  if (Array.isArray(files)) { for (const { meta } of files as FileRecord[]) common.add(asHead(meta?.nzb_head)); }
  return common.head();
}

function headChanged({ name }: FileRecord): UsyncError {
  return new UsyncError(`Cannot write an NZB: the head of ${name} was changed meanwhile`, {
    hint: "Run the command again.",
  });
}

/** What a file's NZB says of itself in attributes of ours, as JSON. */
interface OwnAttributes {
  head?: string;
  folder?: string;
}

/** The segments that have a usable Message-ID: first copies from beginning to end, then others. */
function postedSegments({ segments }: FileRecord): Segment[] {
  return segments.filter(({ message_id }) => message_id !== null && isMessageId(message_id));
}

function documentStart(folder: string, head: NzbHead | null): string {
  return `${PROLOGUE}${folder === "null" ? "" : ownAttributes({ folder })}>\n${headElement(head)}`;
}

/** The folder of a file, where an NZB was read as it. */
function folderText({ folder }: FileRecord): string {
  if (folder === null || !isNzbFolder(folder)) return "null";
  const { folder_id, path, name } = folder;
  return JSON.stringify({ folder_id, path, name });
}

function ownAttributes({ head, folder }: OwnAttributes): string {
  let attributes = ` xmlns:usync="${NAMESPACE}"`;
  if (head !== undefined) attributes += ` ${HEAD_ATTRIBUTE}="${xmlText(head)}"`;
  if (folder !== undefined) attributes += ` ${FOLDER_ATTRIBUTE}="${xmlText(folder)}"`;
  return attributes;
}

/** Tells when characters of a file that is written are replaced. */
function tellReplaced(file: FileRecord, headTexts: string[], lost: TellLoss): void {
  const texts = [file.subject ?? file.name, file.poster ?? "", ...headTexts];
  if (!texts.every(isXmlText)) lost("characters_replaced", file, 0);
}

/** Tells which segments of a file that is written are left out. */
function tellLeftOut(file: FileRecord, posted: Segment[], lost: TellLoss): void {
  if (posted.length === file.segments.length) return;
  const written = new Set(posted.map(({ index }) => index));
  const left = file.segments.filter(({ index }) => !written.has(index));
  const count = (segments: Segment[]) => new Set(segments.map(({ index }) => index)).size;
  const odd = count(left.filter(({ message_id }) => message_id !== null)), unposted = count(left) - odd;
  if (odd > 0) lost("segments_with_odd_id", file, odd);
  if (unposted > 0) lost("segments_not_posted", file, unposted);
}

/** Whether a Message-ID comes back unchanged when it is read: without white space, control characters, outer brackets. */
function isMessageId(id: string): boolean {
  if (USUAL_ID.test(id)) return true;
  // deno-lint-ignore no-control-regex
  return isXmlText(id) && !/[\s\x00-\x1f\x7f-\x9f]|^<.*>$|^$/.test(id);
}

function groupsOf(file: FileRecord, posted: Segment[]): string[] {
  const groups = file.groups.length > 0
    ? file.groups
    : [...new Set(posted.map((segment) => segment.group).filter((group) => group !== null))];
  return groups.filter((group) => group.trim() !== "" && isXmlText(group));
}

function headTexts(head: NzbHead | null): string[][] {
  return Object.entries(head ?? {}).flatMap(([type, values]) => [values].flat().map((value) => [type, value]));
}

function headElement(head: NzbHead | null): string {
  if (head === null) return "";
  const metas = headTexts(head).map(([type, value]) => `\t\t<meta type="${xmlText(type)}">${xmlText(value)}</meta>\n`);
  return `\t<head>\n${metas.join("")}\t</head>\n`;
}

function fileStart(
  file: FileRecord,
  own: OwnAttributes,
  posted: Segment[],
): string {
  const subject = file.subject ?? `"${file.name}" yEnc (1/${new Set(posted.map(({ index }) => index)).size})`;
  const date = unixDate(file.created_at);
  let attributes = file.poster === null ? "" : ` poster="${xmlText(file.poster)}"`;
  if (date !== undefined) attributes += ` date="${date}"`;
  attributes += ` subject="${xmlText(subject)}"`;
  if (own.head !== undefined || own.folder !== undefined) attributes += ownAttributes(own);
  const groupLines = groupsOf(file, posted).map((group) => `\t\t\t<group>${xmlText(group)}</group>\n`).join("");
  return `\t<file${attributes}>\n\t\t<groups>\n${groupLines}\t\t</groups>\n\t\t<segments>\n`;
}

function segmentElement({ index, size, message_id }: Segment): string {
  return `\t\t\t<segment bytes="${size}" number="${index + 1}">${xmlText(message_id!)}</segment>\n`;
}

/** Unix seconds of an RFC 3339 time; undefined when there is none, or one before 1970. */
function unixDate(time: string | null): number | undefined {
  const seconds = Math.floor(Date.parse(time ?? "") / 1000);
  return seconds >= 0 ? seconds : undefined;
}
