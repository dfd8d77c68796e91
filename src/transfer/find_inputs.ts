import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { detectFormat, type Format } from "../formats/detect_format.ts";

/** Something to import: a file, or standard input (`path` is "-"). */
export interface Input {
  path: string;
  /** Its own name, where the path does not say it. */
  name?: string;
  format: Format;
}

/** Told what cannot be imported, and why. */
type Refuse = (path: string, error: UsyncError) => void;

/** Names that lie in folders by themselves, and have an ending of ours. */
const NOT_INPUTS = /^(thumbs\.db|\..*)$/i;

const KINDS = ".nzb, .ndjson (both also .gz) and a UsenetSync .db";

/**
 * The inputs that paths stand for, folders with all below them, in a stable order. What is not there or has an unknown
 * ending is given to `refuse`; in folders, only what has a known ending is an input, and one without any is refused.
 */
export function* findInputs(paths: string[], refuse: Refuse): Generator<Input> {
  for (const path of paths) {
    let stats: Stats | undefined;
    try {
      stats = statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      refuse(path, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
      continue;
    }
    if (stats === undefined) refuse(path, new InputError("there is no such file or folder"));
    else if (stats.isDirectory()) yield* inputsOfFolder(path, refuse);
    else {
      const format = detectFormat(path);
      if (format) yield { path, format };
      else refuse(path, new InputError(`unknown kind of file: known are ${KINDS}`));
    }
  }
}

function* inputsOfFolder(folder: string, refuse: Refuse): Generator<Input> {
  let isEmpty = true;
  const refuseBelow: Refuse = (path, error) => {
    isEmpty = false;
    refuse(path, error);
  };
  for (const input of inputsBelow(folder, refuseBelow)) {
    isEmpty = false;
    yield input;
  }
  if (isEmpty) refuse(folder, new UsyncError("there is nothing to import in it", { hint: `Known are ${KINDS}.` }));
}

function* inputsBelow(folder: string, refuse: Refuse): Generator<Input> {
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
