import type { ColumnFile } from "../blocks/segment_columns.ts";
import { isLonger, MAX_TEXT_BYTES, whyTooLong } from "../domain/check_json.ts";
import { MAX_SEGMENTS, WHY_TOO_MANY } from "../domain/check_record.ts";
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
    checkHeadTexts([type, value], at);
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
    const { subject = "", poster = null, date = "" } = attributes, head = this.#ownHead(attributes, at);
    checkText("subject", subject, at);
    checkText("poster", poster ?? "", at);
    this.#segments.clear();
    this.#file = { subject, poster, date, groups: [], head, segments: this.#segments, unusable: 0, ...at };
  }

  /** The head that a file carries itself, else the document's. */
  #ownHead(attributes: Record<string, string>, at: SourcePosition): NzbHead | null {
    const name = Object.keys(attributes).find((name) => name.endsWith(":head"));
    if (name === undefined) return this.#head;
    let head: NzbHead | null;
    try {
      head = asHead(JSON.parse(attributes[name]));
    } catch {
      return this.#head; // another program's attribute
    }
    checkHeadTexts(Object.entries(head ?? {}).flat(2), at);
    return head;
  }

  addGroup(name: string): void {
    const { groups, line, column } = this.#file!, trimmed = name.trim();
    if (trimmed === "") return;
    checkText(`groups[${groups.length}]`, trimmed, { line, column });
    groups.push(trimmed);
  }

  /** Adds a segment as it is written; one that cannot be used is counted. */
  addSegment(number: string, bytes: string, text: string): void {
    let messageId = text, before;
    do messageId = bareMessageId(before = messageId); while (messageId !== before);
    // deno-lint-ignore no-control-regex
    const isUsableId = messageId !== "" && !/[\s\x00-\x1f\x7f-\x9f]/.test(messageId) && isText(messageId);
    const place = digits(number), size = digits(bytes);
    if (isUsableId && isUsableSegment(place, size)) this.#file!.segments.add(place, size, messageId);
    else this.#file!.unusable++;
    this.checkCount();
  }

  /** Throws an `InputError` when the file that is open has too many segments; to be called now and then. */
  checkCount(): void {
    const { segments, line, column } = this.#file!;
    if (segments.count > MAX_SEGMENTS) throw new InputError(`segments: ${WHY_TOO_MANY}`, { line, column });
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

/** Whether a text is as short as a record's must be. */
function isText(text: string): boolean {
  return !isLonger(text, MAX_TEXT_BYTES);
}

function checkText(name: string, text: string, at: SourcePosition): void {
  if (!isText(text)) throw new InputError(`${name}: ${whyTooLong(MAX_TEXT_BYTES)}`, at);
}

function checkHeadTexts(texts: string[], at: SourcePosition): void {
  for (const text of texts) checkText("head", text, at);
}

/** The number that an attribute of digits says, NaN for every other. */
function digits(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : NaN;
}
