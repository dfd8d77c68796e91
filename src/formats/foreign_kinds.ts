import { startsWith } from "../packings/packing.ts";
import type { TextStart } from "./text_start.ts";

/** A kind of file that is not imported, but known. */
interface ForeignKind {
  /** With its article: "a RAR archive". */
  what: string;
  /** What to do instead, as a clause: "unpack it". */
  advice?: string;
  begins(start: Uint8Array, text: TextStart): boolean;
}

const UNPACK = "unpack it and import what is in it";

/** A kind whose files begin with the same bytes. */
function withMagic(what: string, magic: string, advice?: string, at = 0): ForeignKind {
  return { what, advice, begins: (start) => startsWith(start, magic, at) };
}

const KINDS: ForeignKind[] = [
  withMagic("a RAR archive", "Rar!\x1a\x07", UNPACK),
  withMagic("a 7z archive", "7z\xbc\xaf\x27\x1c", UNPACK),
  withMagic("a tar archive", "ustar", UNPACK, 257),
  withMagic("packed with Zstandard", "\x28\xb5\x2f\xfd", UNPACK),
  withMagic("packed with LZ4", "\x04\x22\x4d\x18", UNPACK),
  withMagic("a cabinet archive", "MSCF\0\0\0\0", UNPACK),
  withMagic("a PAR2 file", "PAR2\0PKT"),
  withMagic("a yEnc article", "=ybegin ", "import the NZB that names it"),
  withMagic("a torrent", "d8:announce", "import an NZB"),
  withMagic("a PDF", "%PDF-"),
  withMagic("a program", "\x7fELF"),
  withMagic("a picture", "\x89PNG\r\n"),
  withMagic("a picture", "\xff\xd8\xff"),
  withMagic("a video", "\x1aE\xdf\xa3"),
  { what: "a program", begins: (start) => startsWith(start, "MZ") && start.includes(0) },
  {
    what: "an HTML page",
    advice: "download the NZB again: a site sends a page instead of an NZB when you are not logged in, or over a limit",
    begins: (_, { text }) => /^(<!doctype html|<html|<head|<body)[\s>]/.test(text),
  },
  {
    what: "JSON of another shape",
    advice: "NDJSON has one record a line, with nothing around them",
    begins: (_, { text }) => /^\[\s*[[{\]]/.test(text),
  },
];

/** What a file is that is not imported: "a RAR archive: unpack it …"; undefined where it is no known kind. */
export function foreignKind(start: Uint8Array, text: TextStart): string | undefined {
  if (start.length === 0) return "an empty file";
  const kind = KINDS.find(({ begins }) => begins(start, text));
  return kind && (kind.advice ? `${kind.what}: ${kind.advice}` : kind.what);
}
