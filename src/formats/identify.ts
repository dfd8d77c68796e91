import type { Packing } from "../packings/packing.ts";
import { PACKINGS } from "../packings/packings.ts";
import { isZip } from "../packings/zip.ts";
import { foreignKind } from "./foreign_kinds.ts";
import type { InputFormat } from "./format.ts";
import { INPUT_FORMATS } from "./formats.ts";
import { textStart } from "./text_start.ts";

/** First bytes that are looked at; fewer do where there are no more. */
export const START_BYTES = 512;

/** What something is, by its first bytes. */
export type Identity =
  | { is: "input"; format: InputFormat }
  | { is: "packed"; packing: Packing }
  | { is: "archive" }
  /** Nothing that can be imported. `why`: whole, for after the name of the input. */
  | { is: "other"; why: string };

/**
 * What an input is, by its first bytes. `expected`: what its name says; it counts for lines alone, each of which is for itself,
 * and only where the bytes are of no known kind.
 */
export function identify(start: Uint8Array, expected?: InputFormat): Identity {
  const packing = PACKINGS.find(({ begins }) => begins(start));
  if (packing) return { is: "packed", packing };
  if (isZip(start)) return { is: "archive" };
  const text = textStart(start);
  if (expected?.reading === "lines" && text.text === "") return { is: "input", format: expected };
  const foreign = foreignKind(start, text);
  if (foreign) return { is: "other", why: foreign.startsWith("packed") ? `it is ${foreign}` : `this is ${foreign}` };
  const format = INPUT_FORMATS.find(({ begins }) => begins(start, text));
  if (format) return { is: "input", format };
  if (expected?.reading === "lines") return { is: "input", format: expected };
  return { is: "other", why: unknownKind(start, text.text, expected) };
}

function unknownKind(start: Uint8Array, text: string, expected: InputFormat | undefined): string {
  if (text === "") return "this is nothing but white space";
  const name = expected ? `no ${expected.name}` : "of an unknown kind";
  return `this is ${name}: it begins with ${beginning(start)}`;
}

/** The first bytes for people: as text where they are. */
function beginning(start: Uint8Array): string {
  const text = new TextDecoder().decode(start.subarray(0, 20));
  // deno-lint-ignore no-control-regex
  if (!/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/.test(text.slice(0, -1))) return JSON.stringify(text.trim());
  return `the bytes ${[...start.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
