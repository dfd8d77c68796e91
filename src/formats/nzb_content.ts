import type { ColumnFile } from "../blocks/segment_columns.ts";
import { InputError } from "../domain/errors.ts";
import { bareMessageId } from "../domain/records.ts";
import type { Note, SourcePosition } from "./note.ts";
import { type NzbFile, storedNzbFile } from "./nzb_file.ts";
import { asHead, HeadEntries, type NzbHead } from "./nzb_head.ts";
import { isUsableSegment, NzbSegments } from "./nzb_segments.ts";

/** The most characters of a head: what must be held to read it. */
const MAX_HEAD = 16 * 1024 * 1024;

/** What an NZB says, whoever reads its text: the scanner what is usual, the XML parser the rest. */
export class NzbContent {
  /** Whether any file has begun. */
  anyFile = false;
  readonly #report: (note: Note) => void;
  readonly #take: (file: ColumnFile) => void;
  readonly #segments = new NzbSegments();
  #entries = new HeadEntries();
  #headLength = 0;
  #head: NzbHead | null = null;
  #file: NzbFile | undefined;

  /** `take` is given every file that is complete; its columns are used again for the next. */
  constructor(take: (file: ColumnFile) => void, report: (note: Note) => void) {
    this.#take = take;
    this.#report = report;
  }

  /** Adds an entry of the head. */
  addToHead(type: string, value: string, at: SourcePosition): void {
    this.#headLength += type.length + value.length + 1;
    if (this.#headLength > MAX_HEAD) throw new InputError("a head of more than 16 MB", at);
    this.#entries.add(type, value);
  }

  /** The head has ended: it counts for the files after it. */
  endHead(at: SourcePosition): void {
    this.#head = this.#entries.head();
    if (this.anyFile) this.#report({ ...at, message: "a head after a file counts for later files only", bad: false });
  }

  /** A file begins; `at` is where its tag ends. */
  openFile(attributes: Record<string, string>, at: SourcePosition): void {
    this.anyFile = true;
    const { subject = "", poster = null, date = "" } = attributes, head = this.#ownHead(attributes);
    this.#segments.clear();
    this.#file = { subject, poster, date, groups: [], head, segments: this.#segments, unusable: 0, ...at };
  }

  /** The head that a file carries itself, else the document's. */
  #ownHead(attributes: Record<string, string>): NzbHead | null {
    const name = Object.keys(attributes).find((name) => name.endsWith(":head"));
    if (name === undefined) return this.#head;
    try {
      return asHead(JSON.parse(attributes[name]));
    } catch {
      return this.#head; // another program's attribute
    }
  }

  addGroup(name: string): void {
    if (name.trim() !== "") this.#file!.groups.push(name.trim());
  }

  /** Adds a segment as it is written; one that cannot be used is counted. */
  addSegment(number: string, bytes: string, text: string): void {
    let messageId = text, before;
    do messageId = bareMessageId(before = messageId); while (messageId !== before);
    // deno-lint-ignore no-control-regex
    const isUsableId = messageId !== "" && !/[\s\x00-\x1f\x7f-\x9f]/.test(messageId);
    const place = digits(number), size = digits(bytes);
    if (isUsableId && isUsableSegment(place, size)) this.#file!.segments.add(place, size, messageId);
    else this.#file!.unusable++;
  }

  /** The file that is open. */
  get file(): NzbFile {
    return this.#file!;
  }

  endFile(): void {
    this.#take(storedNzbFile(this.#file!, this.#report));
    this.#file = undefined;
  }
}

/** The number that an attribute of digits says, NaN for every other. */
function digits(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : NaN;
}
