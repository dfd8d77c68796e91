import { readdir, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { InputError, isRefused, messageOf, OUTSIDE, UsyncError } from "../domain/errors.ts";
import { isPermitted } from "../files/permitted.ts";
import { exists } from "../files/read.ts";
import { nameHint } from "../formats/formats.ts";
import { settingOf } from "../store/settings.ts";
import type { Input } from "../transfer/find_inputs.ts";
import type { InputNote } from "../transfer/import_report.ts";
import { isHidden } from "../transfer/is_hidden.ts";
import { type InboxMove, InboxMoves, signatureOf } from "./inbox_moves.ts";
import { runImport } from "./run_import.ts";
import type { Session } from "./session.ts";

/** What is known of the inbox; `status --json` prints it. */
export interface InboxStatus {
  /** The folder; null where there is none. */
  folder: string | null;
  /** Files in it that are to be imported. */
  waiting: number;
  /** Files in it that are no inputs and stay there: how many, and the names of the first. */
  left: { files: number; names: string[] };
  /** What is wrong, in words, and what to do. */
  warning: string | null;
}

/** Milliseconds for which a file must not change before it is read: it may still be written. */
const QUIET_MS = 3000;
/** Milliseconds after which an import that the store has refused is tried again. */
const RETRY_MS = 300_000;
/** Files that are imported together, and names of those left that are told. */
const MAX_TOGETHER = 1000, MAX_NAMES = 10;

/** A file of the inbox that is an input by its name. */
interface Waiting {
  name: string;
  signature: string;
  /** Since when it has been like this, as `performance.now` says. */
  since: number;
}

/**
 * The folder that files are imported from by themselves. What is stored goes to `done` in it, what is refused to `failed`, with
 * the reasons beside. Folders in it are not looked into; what is no input stays.
 */
export class Inbox {
  readonly #session: Session;
  readonly #moves: InboxMoves;
  readonly #quietMs: number;
  #waiting = new Map<string, Waiting>();
  /** Files that turned out to be no inputs, as they were then. */
  #none = new Map<string, string>();
  #state: InboxStatus | undefined;
  #retryAt = 0;
  #looking: Promise<void> | undefined;

  constructor(session: Session, quietMs = QUIET_MS) {
    [this.#session, this.#quietMs] = [session, quietMs];
    this.#moves = new InboxMoves(session.dataFolder);
  }

  /** Milliseconds after which files that wait may be still; undefined where none wait. */
  get lookAgainMs(): number | undefined {
    return this.#waiting.size > 0 && this.#retryAt <= performance.now() ? this.#quietMs : undefined;
  }

  /** What the last look has found; without one, what there is now. */
  async status(): Promise<InboxStatus> {
    const folder = await this.#folder();
    if (folder === null) return { folder, waiting: 0, left: { files: 0, names: [] }, warning: null };
    if (this.#state?.folder === folder) return this.#state;
    const unknown = { folder, waiting: 0, left: { files: 0, names: [] }, warning: null };
    if (!await isPermitted(folder)) return unknown; // whoever serves is asked
    try {
      if (!await exists(folder)) throw notThere(folder);
      const { inputs, left } = await this.#list(folder), waiting = inputs.length;
      const warning = waiting === 0 ? null : "files wait in it: they are imported while `usync-db serve` runs";
      return { folder, waiting, left, warning };
    } catch (error) {
      return { ...unknown, warning: warningOf(error) };
    }
  }

  async #folder(): Promise<string | null> {
    return settingOf(await this.#session.settings(), "inbox") || null;
  }

  /** Imports what is still, and moves it. What becomes of it is in the history and the status; never throws. */
  look(ending: AbortSignal): Promise<void> {
    return this.#looking ??= this.#look(ending).finally(() => this.#looking = undefined);
  }

  async #look(ending: AbortSignal): Promise<void> {
    const folder = await this.#folder();
    if (folder !== this.#state?.folder) [this.#retryAt, this.#state] = [0, undefined];
    if (folder === null || performance.now() < this.#retryAt) return;
    let warning: string | null = null, left = { files: 0, names: [] as string[] };
    try {
      await checkFolder(folder, this.#session);
      warning = await this.#moves.finish(folder) ?? null;
      let ready: Waiting[];
      do {
        const { inputs, ...rest } = await this.#list(folder);
        left = rest.left;
        ready = (await this.#readyOf(folder, inputs)).slice(0, MAX_TOGETHER);
        if (ready.length > 0) warning = await this.#import(folder, ready, ending) ?? warning;
      } while (ready.length === MAX_TOGETHER && !ending.aborted);
    } catch (error) {
      warning = warningOf(error);
    }
    this.#state = { folder, waiting: this.#waiting.size, left, warning };
  }

  /** What lies in the folder: files that call themselves inputs, and others. */
  async #list(folder: string): Promise<{ inputs: string[]; left: InboxStatus["left"] }> {
    const inputs: string[] = [], others: string[] = [], entries = await readdir(folder, { withFileTypes: true });
    const names = new Set(entries.map(({ name }) => name));
    for (const name of this.#none.keys()) if (!names.has(name)) this.#none.delete(name);
    for (const entry of entries) {
      if (!entry.isFile() || isHidden(entry.name)) continue;
      const { format, isPacked, isInexact } = nameHint(entry.name);
      const isInput = format !== undefined && !isInexact || isPacked;
      const none = this.#none.get(entry.name);
      const isNone = none !== undefined && none === await signatureOf(join(folder, entry.name));
      (isInput && !isNone ? inputs : others).push(entry.name);
    }
    return { inputs: inputs.sort(), left: { files: others.length, names: others.sort().slice(0, MAX_NAMES) } };
  }

  /** Those that have not changed for a while. */
  async #readyOf(folder: string, names: string[]): Promise<Waiting[]> {
    const now = performance.now(), before = this.#waiting;
    this.#waiting = new Map();
    for (const name of names) {
      const signature = await signatureOf(join(folder, name)), known = before.get(name);
      if (signature === undefined || this.#moves.has(folder, name, signature)) continue;
      this.#waiting.set(name, known?.signature === signature ? known : { name, signature, since: now });
    }
    return [...this.#waiting.values()].filter(({ name, since }) =>
      now - since >= this.#quietMs && !isHeld(join(folder, name))
    );
  }

  /** Imports files and moves them; gives why one cannot be moved. */
  async #import(folder: string, files: Waiting[], ending: AbortSignal): Promise<string | undefined> {
    const paths = files.map(({ name }) => join(folder, name)), outcomes = new Outcomes(folder);
    try {
      const { notes } = await runImport(this.#session, {
        ...{ by: "inbox", paths, inputs: () => paths.map(inputOf) },
        onInput: (name, isStored) => outcomes.end(name, isStored),
        onProgress: () => refuseAtEnd(ending),
      });
      for (const note of notes) if (note.bad) outcomes.note(note);
      await this.#moves.add(folder, files.flatMap((file) => outcomes.moveOf(file) ?? this.#leave(file)));
    } catch (error) {
      this.#retryAt = performance.now() + RETRY_MS;
      throw error;
    }
    for (const { name } of files) this.#waiting.delete(name);
    return await this.#moves.finish(folder);
  }

  /** It holds nothing that is an input, whatever it is called. */
  #leave({ name, signature }: Waiting): [] {
    this.#none.set(name, signature);
    return [];
  }
}

/** What became of the files of an import, each with all that it holds. */
class Outcomes {
  readonly #start: number;
  readonly #of = new Map<string, { isStored: boolean; reasons: string[] }>();

  constructor(folder: string) {
    this.#start = join(folder, "x").length - 1;
  }

  /** What becomes of the file that an input is, or is in: names of what an archive holds go on after a slash. */
  #fileOf(input: string) {
    const [name] = input.slice(this.#start).split("/", 1);
    let file = this.#of.get(name);
    if (!file) this.#of.set(name, file = { isStored: false, reasons: [] });
    return file;
  }

  end(input: string, isStored: boolean): void {
    const file = this.#fileOf(input);
    file.isStored ||= isStored;
  }

  note({ path, line, column, message, hint, more = 0 }: InputNote): void {
    const position = [path.slice(this.#start), line, column].filter((part) => part !== undefined).join(":");
    this.#fileOf(path).reasons.push(
      `${position}: ${message}${more > 0 ? ` (and ${more} more like it)` : ""}${
        hint === undefined ? "" : `\n  ${hint}`
      }`,
    );
  }

  /** Where a file goes; undefined where nothing in it was an input. */
  moveOf({ name, signature }: Waiting): InboxMove | undefined {
    const outcome = this.#of.get(name);
    return outcome && { name, signature, to: outcome.isStored ? "done" : "failed", reasons: outcome.reasons };
  }
}

function inputOf(path: string): Input {
  return { path, name: path, hint: nameHint(path), isFound: true, isPipe: false };
}

function refuseAtEnd(ending: AbortSignal): void {
  if (ending.aborted) throw new UsyncError("The service has ended; the import of the inbox starts anew with it");
}

function notThere(folder: string): UsyncError {
  return new UsyncError(`${folder} is not there`, { hint: "Files are imported again as soon as it is." });
}

/** Throws a `UsyncError` where files cannot be taken from a folder. */
async function checkFolder(folder: string, session: Session): Promise<void> {
  if (!await isPermitted(folder)) {
    throw new UsyncError(`this program is not allowed to use ${folder}`, { hint: OUTSIDE });
  }
  if (!await exists(folder)) throw notThere(folder);
  const backup = settingOf(await session.settings(), "backup.folder");
  const real = await realPath(folder);
  refuseInside(real, await realPath(session.dataFolder), "the data folder");
  if (backup !== "") refuseInside(real, await realPath(backup), "the folder of the backup");
}

/** Throws a `UsyncError` when an inbox is another folder, or in it: what is there is not to be moved. Both paths are absolute. */
export function refuseInside(inbox: string, other: string, what: string): void {
  const path = relative(other, inbox);
  if (path.split(sep)[0] === ".." || isAbsolute(path)) return;
  throw new InputError(`${inbox} cannot be the inbox: it is ${path === "" ? "" : "in "}${what}`);
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return resolve(path); // not there yet
  }
}

/** Whether a program has a file open, on Windows, in a way that forbids others to write: a copy is not whole until it has ended. */
function isHeld(path: string): boolean {
  if (Deno.build.os !== "windows") return false;
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return false;
  } catch (error) {
    return /os error (32|33)\)/.test(messageOf(error));
  }
}

function warningOf(error: unknown): string {
  const hint = error instanceof UsyncError ? error.hint : isRefused(error) ? OUTSIDE : undefined;
  return hint === undefined ? messageOf(error) : `${messageOf(error)}. ${hint}`;
}
