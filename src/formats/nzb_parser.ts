import { type SaxesOptions, SaxesParser, type SaxesTagPlain } from "saxes";
import { InputError } from "../domain/errors.ts";
import { HTML_ENTITIES } from "./html_entities.ts";
import type { SourcePosition } from "./note.ts";
import type { NzbContent } from "./nzb_content.ts";

/** Elements nested deeper than this are no NZB but an attempt to exhaust memory; NZBs have 4 levels. */
const MAX_DEPTH = 100;
/** The most characters of one tag, comment or text: what must be held to read it. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** An ampersand with the name of the reference that it begins, if it begins one. */
const AMPERSAND = /&(?:#\d+;|#x[\da-fA-F]+;|(\w+);)?/g;

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

/** Reads the text of an NZB, whatever XML it is, piece by piece. */
export class NzbParser {
  readonly #content: NzbContent;
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
  /** Whether what is read only tells saxes in which elements it is. */
  #isEntering = false;
  /** Characters given to saxes. */
  #given = 0;
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

  constructor(content: NzbContent) {
    this.#content = content;
    const saxes = this.#saxes;
    saxes.ENTITIES = HTML_ENTITIES;
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

  /** Where it is: the line, and the characters of it that were read. */
  get position(): SourcePosition {
    return { line: this.#saxes.line, column: this.#saxes.column };
  }

  /** Whether it is inside `<nzb>` and of nothing in there, so that somebody else may read on. */
  get isBetweenFiles(): boolean {
    return this.#in === In.Nzb && this.#ignored === 0 && this.#depth === 1 && this.#complete === this.#given;
  }

  /**
   * Goes on after somebody else has read up to a position, inside of `<nzb>`: there, or in the segments or elsewhere in the
   * file that is open.
   */
  enter(inside: "nzb" | "file" | "segments", { line, column }: SourcePosition): void {
    this.#isEntering = true;
    const tags = { nzb: "", file: "<file>", segments: "<file><segments>" }[inside];
    this.#writeToSaxes((this.#in === In.Outside ? "<nzb>" : "") + tags);
    this.#isEntering = false;
    this.#saxes.line = this.#completeLine = line;
    this.#saxes.column = this.#completeColumn = column;
    this.#complete = this.#given;
  }

  /** An error at the position reached. */
  refusal(message: string): InputError {
    return new InputError(message, this.#at());
  }

  #at(): SourcePosition {
    return { line: this.#saxes.line, column: Math.max(1, this.#saxes.column) };
  }

  /** Some errors saxes only notices at their end, which may be lines later: these are named where they begin. */
  #notWellFormed(message: string): InputError {
    const open = this.#openText();
    const read = open.slice(0, this.#saxes.position - this.#complete);
    let why = message, found = bareAmpersand(read.split(/<[!?]/, 1)[0]);
    if (found >= 0) why = "an & that begins no reference XML knows";
    else if (this.#ending) found = open.indexOf("<");
    else if (message.startsWith("incorrect syntax")) found = read.indexOf("<!"); // which is known some characters later
    else if (message.includes("outside of root")) found = open.search(/(?!^>)\S/); // comments are complete before `>`
    else if (message.includes("entity")) found = read.lastIndexOf("&");
    return new InputError(`not well-formed XML: ${why}`, found < 0 ? this.#at() : this.#positionIn(open, found));
  }

  /** The position of a character in the text since something was complete. */
  #positionIn(open: string, at: number): SourcePosition {
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

  /** Reads on. Throws an `InputError` with the position for what is not well-formed or no NZB. */
  write(text: string): void {
    if (text !== "") this.#writeToSaxes(text);
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
    if (this.#given - this.#complete > MAX_LENGTH) throw this.refusal("a tag, comment or text of more than 16 MB");
  }

  #openTag(tag: SaxesTagPlain): void {
    this.#setComplete();
    if (++this.#depth > MAX_DEPTH) throw this.refusal(`elements nested more than ${MAX_DEPTH} deep`);
    const inside = this.#ignored > 0 ? undefined : this.#meaning(localName(tag.name), tag.attributes);
    if (inside === undefined) this.#ignored++;
    else {
      this.#in = inside;
      this.#text = "";
    }
  }

  /** What an element inside the current one is; undefined when it means nothing. */
  #meaning(name: string, attributes: Record<string, string>): In | undefined {
    switch (this.#in) {
      case In.Outside:
        if (name !== "nzb") throw this.refusal(`not an NZB: the document is <${name.slice(0, 100)}>`);
        if (!this.#isEntering) this.#content.openDocument(attributes);
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

  #openFile(attributes: Record<string, string>): In {
    if (!this.#isEntering) this.#content.openFile(attributes, this.position);
    return In.File;
  }

  #closeTag(): void {
    this.#setComplete();
    this.#depth--;
    if (this.#ignored > 0) this.#ignored--;
    else this.#in = this.#leave();
  }

  /** Takes what the current element held; returns what it was in. */
  #leave(): In {
    switch (this.#in) {
      case In.Meta:
        this.#content.addToHead(this.#metaType, this.#text, this.#at());
        return In.Head;
      case In.Group:
        this.#content.addGroup(this.#text);
        return In.Groups;
      case In.Segment:
        this.#content.addSegment(this.#number, this.#bytes, this.#text);
        return In.Segments;
      case In.Groups:
      case In.Segments:
        return In.File;
      case In.File:
        this.#content.endFile();
        return In.Nzb;
      case In.Head:
        return In.Nzb;
      default:
        this.#content.end(this.#at());
        return In.Outside;
    }
  }

  #addText(text: string): void {
    if (this.#in === In.Outside) return; // saxes will complain about it
    this.#setComplete();
    if (this.#ignored > 0) return;
    if (this.#in !== In.Segment && this.#in !== In.Group && this.#in !== In.Meta) return;
    this.#text += text;
    if (this.#text.length > MAX_LENGTH) throw this.refusal("a text of more than 16 MB");
  }
}

/** Where an ampersand stands that begins no reference that is known; -1 where there is none. */
function bareAmpersand(text: string): number {
  for (const { 0: reference, 1: name, index } of text.matchAll(AMPERSAND)) {
    if (name === undefined ? reference === "&" : !(name in HTML_ENTITIES)) return index;
  }
  return -1;
}

/** A name without its prefix. */
function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}
