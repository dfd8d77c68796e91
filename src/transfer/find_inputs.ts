import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { InputError, messageOf } from "../domain/errors.ts";
import { detectFormat, type Format } from "../formats/detect_format.ts";

/** Something to import: a file, or standard input (`path` is "-"). */
export interface Input {
  path: string;
  format: Format;
}

/** Names that lie in folders by themselves, and have an ending of ours. */
const NOT_INPUTS = /^(thumbs\.db|\..*)$/i;

/**
 * The inputs that paths stand for, folders with all below them, in a stable order. What is not there or has an unknown
 * ending is given to `refuse`; in folders, only what has a known ending is an input.
 */
export function* findInputs(paths: string[], refuse: (path: string, error: InputError) => void): Generator<Input> {
  for (const path of paths) {
    let stats: Stats | undefined;
    try {
      stats = statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      refuse(path, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
      continue;
    }
    if (stats === undefined) refuse(path, new InputError("there is no such file or folder"));
    else if (stats.isDirectory()) yield* inputsBelow(path, refuse);
    else {
      const format = detectFormat(path);
      if (format) yield { path, format };
      else {refuse(
          path,
          new InputError("unknown kind of file: known are .nzb, .ndjson (both also .gz) and a UsenetSync .db"),
        );}
    }
  }
}

function* inputsBelow(folder: string, refuse: (path: string, error: InputError) => void): Generator<Input> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return refuse(folder, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
  }
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* inputsBelow(path, refuse);
    else if (entry.isFile() && !NOT_INPUTS.test(entry.name)) {
      const format = detectFormat(entry.name);
      if (format) yield { path, format };
    }
  }
}
