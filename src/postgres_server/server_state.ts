import { UsyncError } from "../domain/errors.ts";
import type { ServerLayout } from "./layout.ts";
import { readTextIfThere } from "../files/read.ts";
import { replaceFile } from "../files/replace.ts";

/** Where the binaries in use are and where they came from. */
export interface InstalledBinaries {
  /** The folder that has `initdb`, `pg_ctl` and `postgres`, absolute, or relative to the server's root when inside it. */
  folder: string;
  /** Such as `18.6`. */
  version: string;
  /** What they were installed from: a URL, a file or a folder. */
  source: string;
  /** SHA-256 of the archive they came from; null for a folder. */
  sha256: string | null;
}

/** What is remembered between runs, in `server.json`. */
export interface ServerState {
  format: 1;
  binaries: InstalledBinaries | null;
  /** The port of the last start; null before the first. */
  port: number | null;
  /** Whether the running server was started to outlive the program that started it. */
  stay: boolean;
}

/** The remembered state; that of a new server where nothing is. */
export async function readState(layout: ServerLayout): Promise<ServerState> {
  const text = await readTextIfThere(layout.stateFile);
  if (text === undefined) return { format: 1, binaries: null, port: null, stay: false };
  let state: Partial<ServerState> | null;
  try {
    state = JSON.parse(text);
  } catch (cause) {
    throw unreadable(layout, "it is not JSON", cause);
  }
  if (state?.format !== 1) throw unreadable(layout, `its format is ${state?.format}, this program reads 1`);
  return { format: 1, binaries: state.binaries ?? null, port: state.port ?? null, stay: state.stay ?? false };
}

/** Remembers the state, in one step. */
export function writeState(layout: ServerLayout, state: ServerState): Promise<void> {
  return replaceFile(layout.stateFile, JSON.stringify(state, null, 2) + "\n");
}

function unreadable(layout: ServerLayout, why: string, cause?: unknown): UsyncError {
  return new UsyncError(`Cannot read ${layout.stateFile}: ${why}`, {
    hint: "Use the newest usync-db, or remove that file and run `usync-db postgres install` again: data is kept.",
    cause,
  });
}
