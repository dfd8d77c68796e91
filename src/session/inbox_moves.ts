import { stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { messageOf } from "../domain/errors.ts";
import { rename } from "../files/held.ts";
import { exists, readJsonState } from "../files/read.ts";
import { replaceFile, replaceFileNow } from "../files/replace.ts";
import { nameHint } from "../formats/formats.ts";

/** A file of an inbox that was read, and where it goes. */
export interface InboxMove {
  /** Its name in the inbox. */
  name: string;
  /** What it was like when it was read; see `signatureOf`. */
  signature: string;
  /** The folder of the inbox that it goes to. */
  to: "done" | "failed";
  /** What was not stored and why, a line each; they are written beside it. */
  reasons: string[];
}

/** What lies beside a database while it is open, and belongs to it. */
const COMPANIONS = ["-wal", "-shm", "-journal"];

/** What tells a file, and what belongs to it, from one with other content; undefined where it is not there. */
export async function signatureOf(path: string): Promise<string | undefined> {
  const suffixes = nameHint(path).format?.reading === "database" ? ["", ...COMPANIONS] : [""];
  const parts = await Promise.all(suffixes.map((suffix) => stateOf(path + suffix)));
  return parts[0] && parts.join(",");
}

async function stateOf(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size}:${mtimeMs}`;
  } catch {
    return undefined; // not there any more, or whoever reads it tells
  }
}

/** Moves that are to be done, and where the files get. */
interface PlannedMove extends InboxMove {
  /** Its name there. */
  target: string;
}

/**
 * Files that were read and stored, until they are moved: the file `inbox.json` of the data folder. Since it is written before they
 * are, a kill in between has nothing read again.
 */
export class InboxMoves {
  readonly #path: string;
  #folder = "";
  #moves: PlannedMove[] = [];

  constructor(dataFolder: string) {
    this.#path = join(dataFolder, "inbox.json");
    const { folder, moves } = readJsonState<{ folder: string; moves: PlannedMove[] }>(this.#path);
    // What a damaged one has named is read again, which changes nothing.
    if (typeof folder === "string" && Array.isArray(moves)) [this.#folder, this.#moves] = [folder, moves];
  }

  /** Whether a file was read as it is now, and waits to be moved. */
  has(folder: string, name: string, signature: string): boolean {
    return folder === this.#folder && this.#moves.some((move) => move.name === name && move.signature === signature);
  }

  /** Notes, durably, that files of an inbox were read. Those of another one are given up: they stay where they are. */
  async add(folder: string, moves: InboxMove[]): Promise<void> {
    const planned = folder === this.#folder ? this.#moves : [];
    const taken = new Set(planned.map((move) => targetPath(folder, move).toLowerCase()));
    const added = [];
    for (const move of moves) added.push({ ...move, target: await freeName(folder, move, taken) });
    [this.#folder, this.#moves] = [folder, [...planned, ...added]];
    this.#write();
  }

  /** Moves what was read of an inbox. What cannot be moved stays for the next time; gives why, of the first. */
  async finish(folder: string): Promise<string | undefined> {
    if (folder !== this.#folder || this.#moves.length === 0) return undefined;
    let failure: string | undefined;
    const kept: PlannedMove[] = [];
    for (const move of this.#moves) {
      try {
        await moveFile(folder, move);
      } catch (error) {
        failure ??= `cannot move ${join(folder, move.name)} to ${move.to}: ${messageOf(error)}`;
        kept.push(move);
      }
    }
    this.#moves = kept;
    this.#write();
    return failure;
  }

  #write(): void {
    replaceFileNow(this.#path, JSON.stringify({ folder: this.#folder, moves: this.#moves }) + "\n");
  }
}

function targetPath(folder: string, { to, target }: Pick<PlannedMove, "to" | "target">): string {
  return join(folder, to, target);
}

/** Moves a file unless it has changed since it was read. */
async function moveFile(folder: string, move: PlannedMove): Promise<void> {
  const source = join(folder, move.name);
  if (await signatureOf(source) !== move.signature) return;
  if (await exists(targetPath(folder, move))) move.target = await freeName(folder, move, new Set());
  const target = targetPath(folder, move);
  await Deno.mkdir(join(folder, move.to), { recursive: true });
  if (move.reasons.length > 0) await replaceFile(`${target}.txt`, move.reasons.join("\n") + "\n");
  await rename(source, target);
  for (const suffix of COMPANIONS) {
    if (await exists(source + suffix)) await rename(source + suffix, target + suffix);
  }
}

/** The name of a file, or one with a number where that is there already: `holiday (2).nzb`. `taken`: paths in small letters. */
async function freeName(folder: string, { name, to }: InboxMove, taken: Set<string>): Promise<string> {
  const ending = endingOf(name), stem = name.slice(0, name.length - ending.length);
  for (let number = 1;; number++) {
    const target = number === 1 ? name : `${stem} (${number})${ending}`, path = targetPath(folder, { to, target });
    if (taken.has(path.toLowerCase()) || await exists(path) || await exists(`${path}.txt`)) continue;
    taken.add(path.toLowerCase());
    return target;
  }
}

/** `.nzb`, `.nzb.gz`. */
function endingOf(name: string): string {
  const ending = extname(name), { format, isPacked } = nameHint(name);
  return format && isPacked ? extname(name.slice(0, name.length - ending.length)) + ending : ending;
}
