import { existsSync, readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { KNOWN_INPUTS, type NameHint, nameHint } from "../formats/input_formats.ts";
import { isHidden } from "./is_hidden.ts";
import type { InputToRead } from "./read_job.ts";

/** Something to import: a file, or standard input (`path` is "-"). */
export interface Input extends InputToRead {
  /** What its name says. */
  hint: NameHint;
}

/** What is called for paths that are no inputs. */
export interface FindListener {
  /** Something cannot be imported, and why. */
  refuse(path: string, error: UsyncError): void;
  /** A file in a folder does not call itself an input. */
  passOver(path: string): void;
}

/** An input that the user has named. */
export function namedInput(path: string, name = path): Input {
  return { path, name, hint: nameHint(name) };
}

/**
 * The inputs that paths stand for, folders with all below them, in a stable order; what they are, their first bytes will tell. A
 * file of a folder is an input when its name has an ending of one, or of what is packed.
 */
export function* findInputs(paths: string[], listener: FindListener): Generator<Input> {
  for (const path of paths) {
    let stats: Stats | undefined;
    try {
      stats = statSync(path, { throwIfNoEntry: false });
    } catch (error) {
      listener.refuse(path, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
      continue;
    }
    if (stats === undefined) listener.refuse(path, path.includes("\ufffd") ? unnameable() : noSuchFile());
    else if (stats.isDirectory()) yield* inputsOfFolder(path, listener);
    else yield namedInput(path);
  }
}

function noSuchFile(): UsyncError {
  return new InputError("there is no such file or folder");
}

/** A name of other bytes than UTF-8, which Linux allows, comes as U+FFFD, and nothing opens it. */
function unnameable(): UsyncError {
  return new UsyncError("its name is not valid UTF-8, so that it cannot be opened", {
    hint: "Rename it, or give it on standard input: usync-db import - < FILE",
  });
}

function* inputsOfFolder(folder: string, listener: FindListener): Generator<Input> {
  let isEmpty = true, passedOver = 0;
  const below: FindListener = {
    refuse(path, error) {
      isEmpty = false;
      listener.refuse(path, error);
    },
    passOver(path) {
      passedOver++;
      listener.passOver(path);
    },
  };
  for (const input of inputsBelow(folder, below)) {
    isEmpty = false;
    yield input;
  }
  if (!isEmpty) return;
  const why = passedOver === 0 ? "it is empty" : "none of its files calls itself an input";
  listener.refuse(
    folder,
    new UsyncError(`there is nothing to import in it: ${why}`, { hint: `Known are ${KNOWN_INPUTS}.` }),
  );
}

function* inputsBelow(folder: string, listener: FindListener): Generator<Input> {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    return listener.refuse(folder, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
  }
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = join(folder, entry.name);
    if (entry.name.includes("\ufffd") && !existsSync(path)) listener.refuse(path, unnameable());
    else if (entry.isDirectory()) yield* inputsBelow(path, listener);
    else if (entry.isFile() && !isHidden(entry.name)) {
      const hint = nameHint(entry.name);
      if (hint.format || hint.isPacked) yield { path, name: path, hint, isFound: true };
      else listener.passOver(path);
    }
  }
}
