import path from "node:path";
import { UsyncError } from "../domain/errors.ts";
import type { Account } from "./account.ts";
import { usualFolders } from "./binaries_source.ts";
import { exists } from "../files/read.ts";
import { runProgram } from "./run_program.ts";

/** The oldest PostgreSQL that is good enough. */
export const OLDEST_MAJOR = 14;

/** One of the three programs that are needed, in a folder. */
export function program(folder: string, name: "initdb" | "pg_ctl" | "postgres"): string {
  return path.join(folder, Deno.build.os === "windows" ? `${name}.exe` : name);
}

/**
 * The version of the PostgreSQL in a folder, such as `18.6`; found out by running it as `account`.
 * @throws {UsyncError} when a program is missing, does not run or is too old
 */
export async function binariesVersion(folder: string, account?: Account): Promise<string> {
  for (const name of ["initdb", "pg_ctl", "postgres"] as const) {
    if (!await exists(program(folder, name))) {
      throw new UsyncError(
        `Cannot use the PostgreSQL in ${folder}: it has no ${path.basename(program(folder, name))}`,
        {
          hint: "Name the folder that has initdb, pg_ctl and postgres, usually called bin.",
        },
      );
    }
  }
  const { code, output } = await runProgram(program(folder, "postgres"), ["--version"], { account, cwd: folder });
  const [, version] = /\(PostgreSQL\) (\d+(?:\.\d+|\w+\d*)?)/.exec(output) ?? [];
  if (code !== 0 || version === undefined) {
    throw new UsyncError(
      `Cannot use the PostgreSQL in ${folder}: it does not run (${output || `exit status ${code}`})`,
      {
        hint: "Its binaries may be for another system, or a library they need is missing.",
      },
    );
  }
  if (majorVersion(version) < OLDEST_MAJOR) {
    throw new UsyncError(
      `Cannot use the PostgreSQL in ${folder}: it is version ${version}, ${OLDEST_MAJOR} or later is needed`,
    );
  }
  return version;
}

/** `18` of `18.6`. */
export function majorVersion(version: string): number {
  return parseInt(version, 10);
}

/** Whether one version of PostgreSQL, such as `18.6`, is newer than another. */
export function isNewer(version: string, than: string): boolean {
  return BY_VERSION.compare(version, than) > 0;
}

const BY_VERSION = new Intl.Collator("en", { numeric: true });

/** A PostgreSQL that is on the machine already. */
export interface FoundBinaries {
  /** The folder of its programs. */
  folder: string;
  version: string;
}

/**
 * The PostgreSQL installations on this machine that can be used, the newest first. Looks through `folders`, by default
 * those of PATH and where installers put it; what this program may not read or run counts as not there.
 */
export async function findInstalled(account?: Account, folders?: string[]): Promise<FoundBinaries[]> {
  const found = new Map<string, FoundBinaries>();
  for (const candidate of folders ?? await usualFolders()) {
    try {
      // A link on PATH stands for the installation it leads to, where the libraries are.
      const folder = path.dirname(await Deno.realPath(program(candidate, "postgres")));
      if (!found.has(folder)) found.set(folder, { folder, version: await binariesVersion(folder, account) });
    } catch (error) {
      if (!isUnusable(error)) throw error;
    }
  }
  return [...found.values()].sort((a, b) => BY_VERSION.compare(b.version, a.version));
}

function isUnusable(error: unknown): boolean {
  return error instanceof UsyncError || error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.PermissionDenied ||
    error instanceof Deno.errors.NotCapable;
}
