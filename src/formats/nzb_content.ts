import type { ColumnFile } from "../blocks/segment_columns.ts";
import { isLonger, isStorable, MAX_TEXT_BYTES, whyTooLong } from "../domain/check_json.ts";
import { MAX_SEGMENTS, WHY_TOO_MANY } from "../domain/check_record.ts";
import { InputError } from "../domain/errors.ts";
import { bareMessageId, type Folder } from "../domain/records.ts";
import type { Note, SourcePosition } from "./note.ts";
import { type NzbFile, storedNzbFile, whyNotStored } from "./nzb_file.ts";
import { FOLDER_ATTRIBUTE, folderName, folderOfAttribute, partsOfNzbName, withPassword } from "./nzb_folder.ts";
import { asHead, HEAD_ATTRIBUTE, HeadEntries, type NzbHead } from "./nzb_head.ts";
import { MAX_NUMBER, MAX_SIZE, NzbSegments } from "./nzb_segments.ts";
import { nameOfSubject } from "./name_of_subject.ts";

/** The most characters of a head: what must be held to read it. */
const MAX_HEAD = 16 * 1024 * 1024;

/** Who takes what an NZB holds. */
export interface NzbSink {
  /** Given every file that is complete; its columns are used again for the next. */
  take: (file: ColumnFile) => void;
  report: (note: Note) => void;
}

/** What is known of an NZB before it is read. */
export interface NzbSource {
  /** Its own name, or a path; "" when it has none. */
  name: string;
  /** All entries of its head, when it was read before, see `NzbContent.lateHead`. */
  head?: HeadEntries;
}

/** What an NZB says, whoever reads its text: the scanner what is usual, the XML parser the rest. */
export class NzbContent {
  readonly #sink: NzbSink;
  readonly #name: string;
  readonly #password: string | undefined;
  readonly #segments = new NzbSegments();
  readonly #entries: HeadEntries;
  readonly #isHeadKnown: boolean;
  #headLength = 0;
  /** The head of the files, from the first one on. */
  #head: NzbHead | null | undefined;
  /** The folder of the files, from the first one on, unless the document says it. */
  #folder: Folder | undefined;
  #file: NzbFile | undefined;
  #isLate = false;
  #hasStored = false;
  /** The first file that was left out. */
  #leftOut: { why: string; at: SourcePosition } | undefined;

  constructor(sink: NzbSink, { name, head }: NzbSource) {
    this.#sink = sink;
    ({ name: this.#name, password: this.#password } = partsOfNzbName(name));
    this.#entries = head ?? new HeadEntries();
    this.#isHeadKnown = head !== undefined;
  }

  /** All entries of the head when some of them came after a file. What was given out is not to be kept then: it has not got them. */
  get lateHead(): HeadEntries | undefined {
    return this.#isLate ? this.#entries : undefined;
  }

  openDocument(attributes: Record<string, string>): void {
    this.#folder = ownFolder(attributes) ?? undefined;
  }

  /** Adds an entry of the head; one that is too long is left out. */
  addToHead(type: string, value: string, at: SourcePosition): void {
    if (this.#isHeadKnown) return;
    this.#headLength += type.length + value.length + 1;
    if (this.#headLength > MAX_HEAD) throw new InputError("a head of more than 16 MB", at);
    if (!isText(type) || !isText(value)) {
      return this.#sink.report({
        ...at,
        message: `left out an entry of the head: ${whyTooLong(MAX_TEXT_BYTES)}`,
        bad: true,
      });
    }
    this.#entries.add(type, value);
    if (this.#head !== undefined) this.#isLate = true;
  }

  /** A file begins; `at` is where its tag ends. */
  openFile(attributes: Record<string, string>, at: SourcePosition): void {
    if (this.#head === undefined) this.#head = withPassword(this.#entries.head(), this.#password);
    const { subject = "", poster = null, date = "" } = attributes, own = ownHead(attributes);
    this.#segments.clear();
    this.#file = {
      ...{
        subject,
        poster,
        date,
        groups: [],
        head: own === undefined ? this.#head : own,
        folder: ownFolder(attributes),
      },
      ...{ segments: this.#segments, unusable: 0, sizeless: 0, problem: undefined, ...at },
    };
    if (own && !Object.entries(own).flat(2).every(isText)) this.#cannotStore("head");
    if (!isText(poster ?? "")) this.#cannotStore("poster");
    if (!isText(subject)) this.#cannotStore("subject");
  }

  /** The file that is open cannot be stored, since a text of it is too long; nothing of it needs to be held. */
  #cannotStore(what: string): void {
    const { line, column } = this.#file!, problem = `${what}: ${whyTooLong(MAX_TEXT_BYTES)}`;
    const subject = what === "subject" ? "" : this.#file!.subject;
    Object.assign(this.#file!, { subject, poster: null, head: null, groups: [], problem, line, column });
  }

  addGroup(name: string): void {
    const { groups } = this.#file!, trimmed = name.trim();
    if (trimmed === "") return;
    if (isText(trimmed)) groups.push(trimmed);
    else this.#cannotStore(`groups[${groups.length}]`);
  }

  /** Adds a segment as it is written; one that cannot be used is counted. */
  addSegment(number: string, bytes: string, text: string): void {
    const file = this.#file!;
    let messageId = text, before;
    do messageId = bareMessageId(before = messageId); while (messageId !== before);
    // deno-lint-ignore no-control-regex
    const isUsableId = messageId !== "" && !/[\s\x00-\x1f\x7f-\x9f]/.test(messageId) && isText(messageId);
    const place = digits(number), size = digits(bytes), isUsableSize = size <= MAX_SIZE;
    if (!isUsableId || !(place <= MAX_NUMBER)) file.unusable++;
    else {
      file.segments.add(place, isUsableSize ? size : 0, messageId);
      if (!isUsableSize) file.sizeless++;
    }
    this.checkCount();
  }

  /** Sees to it that a file of too many segments takes no more memory; to be called now and then. */
  checkCount(): void {
    const file = this.#file!;
    if (file.segments.count > MAX_SEGMENTS) file.problem ??= `segments: ${WHY_TOO_MANY}`;
    if (file.problem !== undefined) file.segments.clear();
  }

  /** The file that is open. */
  get file(): NzbFile {
    return this.#file!;
  }

  endFile(): void {
    const file = this.#file!, why = whyNotStored(file);
    this.#file = undefined;
    if (why !== undefined) this.#leaveOut(file, why);
    else if (!this.#isLate) {
      this.#hasStored = true;
      this.#sink.take(storedNzbFile(file, this.#folderOf, this.#sink.report));
    }
  }

  /** Before a head that comes late nothing counts, so that nothing is reported after it. */
  #leaveOut({ subject, line, column }: NzbFile, why: string): void {
    if (this.#isLate) return;
    const name = nameOfSubject(subject).slice(0, 200).toWellFormed() || "a file";
    this.#sink.report({ line, column, message: `left out ${name}: ${why}`, bad: true });
    this.#leftOut ??= { why, at: { line, column } };
  }

  readonly #folderOf = (fileName: string, digest: () => string): Folder => {
    if (this.#folder !== undefined) return this.#folder;
    const name = folderName(this.#head ?? null, this.#name) ?? fileName;
    return this.#folder = { folder_id: `nzb-${digest()}`, path: name, name };
  };

  /** The document has ended. Throws an `InputError` when there is nothing to store in it. */
  end(at: SourcePosition): void {
    if (this.#head === undefined) throw new InputError("an NZB without a file", at);
    if (this.#hasStored || this.#isLate) return;
    const { why, at: where } = this.#leftOut!;
    throw new InputError(`none of its files can be stored: ${why}`, where);
  }
}

/** Whether a text is as short as a record's must be. */
function isText(text: string): boolean {
  return !isLonger(text, MAX_TEXT_BYTES);
}

/** The text of an attribute of ours, whatever the prefix; undefined when there is none. */
function ownAttribute(attributes: Record<string, string>, name: string): string | undefined {
  const ending = name.slice(name.indexOf(":"));
  return attributes[Object.keys(attributes).find((name) => name.endsWith(ending)) ?? ""];
}

/** The head that a file carries itself; undefined when it has none, or what stands there is another program's. */
function ownHead(attributes: Record<string, string>): NzbHead | null | undefined {
  const text = ownAttribute(attributes, HEAD_ATTRIBUTE);
  if (text === undefined) return undefined;
  try {
    const head = asHead(JSON.parse(text));
    return Object.entries(head ?? {}).flat(2).every(isStorable) ? head : undefined;
  } catch {
    return undefined;
  }
}

function ownFolder(attributes: Record<string, string>): Folder | null | undefined {
  const text = ownAttribute(attributes, FOLDER_ATTRIBUTE);
  return text === undefined ? undefined : folderOfAttribute(text);
}

/** The number that an attribute of digits says, NaN for every other. */
function digits(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : NaN;
}
