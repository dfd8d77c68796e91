import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, sep } from "node:path";
import { InputError, messageOf, UsyncError } from "../domain/errors.ts";
import { KNOWN_INPUTS, type NameHint, nameHint } from "../formats/formats.ts";
import { isHidden } from "./is_hidden.ts";
import type { InputToRead } from "./read_job.ts";

/** Something to import: a file, or standard input (`path` is "-"). */
export interface Input extends InputToRead {
  /** What its name says. */
  hint: NameHint;
  /** Whether its bytes can be read only once: standard input, a pipe. */
  isPipe: boolean;
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
  return { path, name, hint: nameHint(name), isPipe: path === "-" };
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
    else yield { ...namedInput(path), isPipe: !stats.isFile() };
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
  for (const input of new FolderWalk(folder, below).inputs()) {
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

/** A walk through a folder and all below it. Links are followed, each folder that they lead to once. */
class FolderWalk {
  readonly #root: string;
  readonly #listener: FindListener;
  /** The real paths of folders that links have led to. */
  readonly #linked = new Set<string>();

  constructor(root: string, listener: FindListener) {
    this.#root = root;
    this.#listener = listener;
  }

  *inputs(folder = this.#root): Generator<Input> {
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch (error) {
      return this.#refuse(folder, error);
    }
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = join(folder, entry.name);
      if (entry.name.includes("\ufffd") && !existsSync(path)) this.#listener.refuse(path, unnameable());
      else if (entry.isDirectory()) yield* this.inputs(path);
      else if (!isHidden(entry.name)) yield* entry.isFile() ? this.#file(path) : this.#link(path);
    }
  }

  *#file(path: string): Generator<Input> {
    const hint = nameHint(path);
    if (hint.format || hint.isPacked) yield { path, name: path, hint, isFound: true, isPipe: false };
    else this.#listener.passOver(path);
  }

  /** What is neither a file nor a folder: a link to one, mostly. */
  *#link(path: string): Generator<Input> {
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      if (stats?.isFile()) return yield* this.#file(path);
      if (stats?.isDirectory()) return yield* this.#isNew(path) ? this.inputs(path) : [];
      const { format, isPacked } = nameHint(path);
      if (stats !== undefined || !format && !isPacked) this.#listener.passOver(path);
      else this.#listener.refuse(path, new InputError("a link that leads nowhere"));
    } catch (error) {
      this.#refuse(path, error);
    }
  }

  /** Whether a link leads to a folder that the walk does not come to otherwise, nor has come from. */
  #isNew(link: string): boolean {
    const target = realpathSync(link), root = realpathSync(this.#root);
    if (isIn(target, root) || isIn(root, target) || this.#linked.has(target)) return false;
    this.#linked.add(target);
    return true;
  }

  #refuse(path: string, error: unknown): void {
    this.#listener.refuse(path, new InputError(`cannot be read: ${messageOf(error)}`, {}, { cause: error }));
  }
}

/** Whether a path is a folder or below it. */
function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
