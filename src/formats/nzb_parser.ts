import { type SaxesOptions, SaxesParser, type SaxesTagPlain } from "saxes";
import { InputError } from "../domain/errors.ts";
import { bareMessageId, type FileRecord } from "../domain/records.ts";
import type { Note } from "./note.ts";
import { type NzbFile, recordOfNzbFile } from "./nzb_file.ts";
import { asHead, HeadEntries, type NzbHead } from "./nzb_head.ts";
import { nzbSegment } from "./nzb_segment.ts";
import { scanSegments } from "./scan_segments.ts";

/** Elements nested deeper than this are no NZB but an attempt to exhaust memory; NZBs have 4 levels. */
const DEEPEST = 100;
/** The most characters of one tag, comment, text or head: what must be held to read it. */
const LONGEST = 16 * 1024 * 1024;

/** An ampersand that begins no reference. */
const BARE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;

type Place = { line: number; column: number };

/** Where in the document the parser is. */
enum In {
  Outside,
  Nzb,
  Head,
  Meta,
  File,
  Groups,
  Group,
  Segments,
  Segment,
}

/** Reads the text of an NZB piece by piece into `files`. */
export class NzbParser {
  /** Files that are complete; the caller takes them out. */
  readonly files: FileRecord[] = [];
  #report: (note: Note) => void;
  #saxes = new SaxesParser<SaxesOptions & { xmlns: false }>({
    xmlns: false,
    defaultXMLVersion: "1.0",
    forceXMLVersion: true,
    position: false,
  });
  #in = In.Outside;
  /** Levels below the innermost element that means something here. */
  #ignored = 0;
  #depth = 0;
  /** Characters given to saxes, and the place (counted likewise) where it last stood between two segments. */
  #given = 0;
  #betweenSegments = -1;
  /** Where something was last complete (counted likewise), and the text since: a part of a tag, comment or text. */
  #complete = 0;
  #completeLine = 1;
  #completeColumn = 0;
  #held = "";
  #ending = false;
  /** The text of the current element, and the attributes that say what it is. */
  #text = "";
  #metaType = "";
  #number = "";
  #bytes = "";
  #entries = new HeadEntries();
  #headLength = 0;
  #head: NzbHead | null = null;
  #anyFile = false;
  #file: NzbFile | undefined;

  constructor(report: (note: Note) => void) {
    this.#report = report;
    const saxes = this.#saxes;
    saxes.on("opentag", (tag) => this.#openTag(tag));
    saxes.on("closetag", () => this.#closeTag());
    saxes.on("text", (text) => this.#addText(text));
    saxes.on("cdata", (text) => this.#addText(text));
    for (const event of ["xmldecl", "doctype", "comment", "processinginstruction"] as const) {
      saxes.on(event, () => this.#setComplete());
    }
    saxes.on("error", ({ message }) => {
      throw this.#notWellFormed(message.replace(/\.$/, ""));
    });
  }

  /** An error at the place reached. */
  refusal(message: string): InputError {
    return new InputError(message, this.#place());
  }

  #place(): Place {
    return { line: this.#saxes.line, column: Math.max(1, this.#saxes.column) };
  }

  /** Some errors saxes only notices at their end, which may be lines later: these are named where they begin. */
  #notWellFormed(message: string): InputError {
    const open = this.#openText();
    const read = open.slice(0, this.#saxes.position - this.#complete);
    let why = message, found = read.split(/<[!?]/, 1)[0].search(BARE_AMPERSAND);
    if (found >= 0) why = "an & that begins no reference XML knows";
    else if (this.#ending) found = open.indexOf("<");
    else if (message.includes("outside of root")) found = open.search(/(?!^>)\S/); // comments are complete before `>`
    else if (message.includes("entity")) found = read.lastIndexOf("&");
    return new InputError(`not well-formed XML: ${why}`, found < 0 ? this.#place() : this.#placeIn(open, found));
  }

  /** The place in the text since something was complete. */
  #placeIn(open: string, at: number): Place {
    const lines = open.slice(0, at).split(/\r\n?|\n/);
    const column = (lines.length === 1 ? this.#completeColumn : 0) + lines.at(-1)!.length + 1;
    return { line: this.#completeLine + lines.length - 1, column };
  }

  /** What saxes was given since something was complete. */
  #openText(): string {
    return this.#held.slice(this.#complete - (this.#given - this.#held.length));
  }

  #setComplete(): void {
    this.#complete = this.#saxes.position;
    this.#completeLine = this.#saxes.line;
    this.#completeColumn = this.#saxes.column;
  }

  /**
   * Reads on. Throws an `InputError` with the place for what is not well-formed or no NZB.
   *
   * Runs of segments are read by `scanSegments`, everything else by saxes, which is given pieces that end where such a
   * run may begin.
   */
  write(text: string): void {
    for (let at = 0; at < text.length;) {
      if (this.#given === this.#betweenSegments) {
        at = this.#scanSegments(text, at);
        if (at === text.length) return;
      }
      const inRun = (this.#in === In.Segments || this.#in === In.Segment) && !text.startsWith("</segments", at);
      const mark = inRun ? "</segment>" : "<segments>";
      const found = text.indexOf(mark, at);
      const end = found < 0 ? text.length : found + mark.length;
      this.#writeToSaxes(text.slice(at, end));
      at = end;
    }
  }

  /** Says that the text has ended. Throws an `InputError` when it must not end here. */
  end(): void {
    this.#ending = true;
    this.#saxes.close();
  }

  #writeToSaxes(text: string): void {
    this.#held = this.#openText() + text;
    this.#given += text.length;
    this.#saxes.write(text);
    if (this.#given - this.#complete > LONGEST) throw this.refusal("a tag, comment or text of more than 16 MB");
  }

  #scanSegments(text: string, from: number): number {
    const saxes = this.#saxes;
    const end = scanSegments(text, from, this.#file!.segments);
    let lineStart = from - saxes.column;
    for (let at = from; (at = text.indexOf("\n", at) + 1) > 0 && at <= end;) {
      saxes.line++;
      lineStart = at;
    }
    saxes.column = end - lineStart;
    this.#completeLine = saxes.line;
    this.#completeColumn = saxes.column;
    return end;
  }

  #openTag(tag: SaxesTagPlain): void {
    this.#setComplete();
    if (++this.#depth > DEEPEST) throw this.refusal(`elements nested more than ${DEEPEST} deep`);
    const inside = this.#ignored > 0 ? undefined : this.#meaning(localName(tag.name), tag.attributes);
    if (inside === undefined) this.#ignored++;
    else {
      this.#in = inside;
      this.#text = "";
    }
    this.#noteBetweenSegments();
  }

  /** What an element inside the current one is; undefined when it means nothing. */
  #meaning(name: string, attributes: Record<string, string>): In | undefined {
    switch (this.#in) {
      case In.Outside:
        if (name !== "nzb") throw this.refusal(`not an NZB: the document is <${name.slice(0, 100)}>`);
        return In.Nzb;
      case In.Nzb:
        if (name === "file") return this.#openFile(attributes);
        return name === "head" ? In.Head : undefined;
      case In.Head:
        this.#metaType = attributes.type ?? "";
        return name === "meta" ? In.Meta : undefined;
      case In.File:
        return name === "segments" ? In.Segments : name === "groups" ? In.Groups : undefined;
      case In.Groups:
        return name === "group" ? In.Group : undefined;
      case In.Segments:
        this.#number = attributes.number ?? "";
        this.#bytes = attributes.bytes ?? "";
        return name === "segment" ? In.Segment : undefined;
    }
  }

  #closeTag(): void {
    this.#setComplete();
    this.#depth--;
    if (this.#ignored > 0) this.#ignored--;
    else this.#in = this.#leave();
    this.#noteBetweenSegments();
  }

  /** Takes what the current element held; returns what it was in. */
  #leave(): In {
    switch (this.#in) {
      case In.Meta:
        this.#addToHead(this.#metaType, this.#text);
        return In.Head;
      case In.Group:
        if (this.#text.trim() !== "") this.#file!.groups.push(this.#text.trim());
        return In.Groups;
      case In.Segment:
        this.#addSegment();
        return In.Segments;
      case In.Head:
        this.#head = this.#entries.head();
        if (this.#anyFile) {
          const { line, column } = this.#saxes;
          this.#report({ line, column, message: "a head after a file counts for later files only", bad: false });
        }
        return In.Nzb;
      case In.Groups:
      case In.Segments:
        return In.File;
      case In.File:
        this.files.push(recordOfNzbFile(this.#file!, this.#report));
        this.#file = undefined;
        return In.Nzb;
      default:
        if (!this.#anyFile) throw this.refusal("an NZB without a file");
        return In.Outside;
    }
  }

  #openFile(attributes: Record<string, string>): In {
    this.#anyFile = true;
    const { subject = "", poster = null, date = "" } = attributes;
    const { line, column } = this.#saxes;
    const head = this.#ownHead(attributes);
    this.#file = { subject, poster, date, groups: [], head, segments: [], unusable: 0, line, column };
    return In.File;
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

  #addToHead(type: string, value: string): void {
    this.#headLength += type.length + value.length + 1;
    if (this.#headLength > LONGEST) throw this.refusal("a head of more than 16 MB");
    this.#entries.add(type, value);
  }

  #addText(text: string): void {
    if (this.#in === In.Outside) return; // saxes will complain about it
    this.#setComplete();
    if (this.#ignored > 0) return;
    if (this.#in !== In.Segment && this.#in !== In.Group && this.#in !== In.Meta) return;
    this.#text += text;
    if (this.#text.length > LONGEST) throw this.refusal("a text of more than 16 MB");
  }

  #addSegment(): void {
    const file = this.#file!;
    let messageId = this.#text, before;
    do messageId = bareMessageId(before = messageId); while (messageId !== before);
    // deno-lint-ignore no-control-regex
    const usable = messageId !== "" && !/[\s\x00-\x1f\x7f-\x9f]/.test(messageId);
    const segment = usable ? nzbSegment(digits(this.#number), digits(this.#bytes), messageId) : undefined;
    if (segment === undefined) file.unusable++;
    else file.segments.push(segment);
  }

  #noteBetweenSegments(): void {
    if (this.#in === In.Segments && this.#ignored === 0) this.#betweenSegments = this.#complete;
  }
}

/** The number that an attribute of digits says, NaN for every other. */
function digits(text: string): number {
  const trimmed = text.trim();
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : NaN;
}

/** A name without its prefix. */
function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}
