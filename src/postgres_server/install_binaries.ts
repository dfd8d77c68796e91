import path from "node:path";
import { UsyncError } from "../domain/errors.ts";
import { type Account } from "./account.ts";
import { binariesVersion } from "./binaries.ts";
import type { BinariesSource } from "./binaries_source.ts";
import { download, sha256OfFile } from "./download.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { remove, rename } from "../files/held.ts";
import { exists } from "../files/read.ts";
import type { ServerLayout } from "./layout.ts";
import type { Report } from "./report.ts";
import { type InstalledBinaries, readState, writeState } from "./server_state.ts";
import { unpack } from "./unpack.ts";
import { addUtf8Manifests, needsUtf8 } from "./utf8_manifest.ts";

const WINDOWS = Deno.build.os === "windows";

/** What the steps of an installation share. */
export interface InstallContext {
  layout: ServerLayout;
  account: Account | undefined;
  report: Report;
  signal?: AbortSignal;
  /** Whether the server runs, so that its binaries must stay. */
  running: boolean;
}

/** Where the programs of installed binaries are, absolute. */
export function binariesFolder(layout: ServerLayout, binaries: InstalledBinaries): string {
  return path.resolve(layout.root, binaries.folder);
}

/** Puts binaries in place; what `have` already installed from the same source is left as it is. */
export async function installBinaries(
  context: InstallContext,
  source: BinariesSource,
  have: InstalledBinaries | null,
): Promise<InstalledBinaries> {
  if (source.kind === "folder") return await useFolder(context, path.resolve(source.folder), have);
  const { layout, report, signal } = context;
  const known = source.kind === "download" ? source.sha256.toLowerCase() : await hashArchive(source.file, report);
  if (have?.sha256 === known && await works(context, have)) return have;
  refuseWhileRunning(context);
  const archive = source.kind === "archive"
    ? path.resolve(source.file)
    : await download({ url: source.url, sha256: known, folder: layout.downloads, report, signal });
  report.message("Unpacking PostgreSQL");
  const staging = path.join(layout.root, `unpacking-${crypto.randomUUID()}`);
  await unpack(archive, staging, { report, signal });
  return await settle(context, staging, source.kind === "archive" ? archive : source.url, known);
}

async function hashArchive(file: string, report: Report): Promise<string> {
  report.message(`Reading ${file}`);
  try {
    return await sha256OfFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) {
      throw new UsyncError(`Cannot read ${file}: there is no such file`, { cause: error });
    }
    throw explainFileError(error, `read ${file}`, path.dirname(file));
  }
}

async function works({ layout, account }: InstallContext, have: InstalledBinaries): Promise<boolean> {
  try {
    return await binariesVersion(binariesFolder(layout, have), account) === have.version;
  } catch (error) {
    if (error instanceof UsyncError) return false;
    throw error;
  }
}

/** Uses binaries where they are; copies them where a path could not be told to them otherwise. */
async function useFolder(
  context: InstallContext,
  folder: string,
  have: InstalledBinaries | null,
): Promise<InstalledBinaries> {
  const { layout, account, report } = context;
  if (have?.source === folder && await works(context, have)) return have;
  refuseWhileRunning(context);
  const version = await binariesVersion(folder, account);
  if (!WINDOWS || !needsUtf8(layout.root)) return { folder, version, source: folder, sha256: null };
  report.message(
    `Copying PostgreSQL ${version} from ${folder}: only a copy can be told to take a path like ${layout.root}`,
  );
  const staging = path.join(layout.root, `unpacking-${crypto.randomUUID()}`);
  for (const part of ["bin", "lib", "share"]) {
    await copyFolder(path.join(path.dirname(folder), part), path.join(staging, part));
  }
  return await settle(context, staging, folder, null);
}

function refuseWhileRunning({ running }: InstallContext): void {
  if (!running) return;
  throw new UsyncError("Cannot install other binaries: PostgreSQL is running", {
    hint: "Run `usync-db postgres stop` first.",
  });
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(path.join(from, name), path.join(to, name));
    else await Deno.copyFile(path.join(from, name), path.join(to, name));
  }
}

/** Makes staged binaries the real ones by a rename and tries them; those that were there before come back where they fail. */
async function settle(
  { layout, account }: InstallContext,
  staging: string,
  source: string,
  sha256: string | null,
): Promise<InstalledBinaries> {
  try {
    if (WINDOWS) await addUtf8Manifests(path.join(staging, "bin"));
    const bin = path.join(layout.binaries, "bin");
    const version = await replaceBinaries(layout, staging, () => binariesVersion(bin, account));
    return { folder: path.relative(layout.root, bin), version, source, sha256 };
  } catch (error) {
    await remove(staging);
    throw error;
  }
}

/** Puts what is staged in the place of the binaries; takes it back when `check` fails. */
async function replaceBinaries<T>(layout: ServerLayout, staging: string, check: () => Promise<T>): Promise<T> {
  const before = await putAside(layout);
  try {
    await rename(staging, layout.binaries);
    return await check();
  } catch (error) {
    await removeBinaries(layout);
    if (before !== undefined) await rename(before, layout.binaries);
    throw error;
  }
}

/**
 * Gives the binaries another name, under which they are a leftover, and tells it; undefined where there are none. Programs
 * that may be run can neither be changed nor removed in their place, only with the folder that they are in.
 */
async function putAside(layout: ServerLayout): Promise<string | undefined> {
  if (!await exists(layout.binaries)) return undefined;
  const aside = path.join(layout.root, `removing-${crypto.randomUUID()}`);
  await rename(layout.binaries, aside);
  return aside;
}

async function removeBinaries(layout: ServerLayout): Promise<void> {
  const aside = await putAside(layout);
  if (aside !== undefined) await remove(aside);
}

/**
 * Puts other binaries in the place of those of a server that is stopped: those of the server with the layout `from`, else
 * those that were replaced last. What they replace is kept beside.
 */
export async function swapBinaries(layout: ServerLayout, next: InstalledBinaries, from?: ServerLayout): Promise<void> {
  if (from === undefined) {
    await removeBinaries(layout);
    await takeBack(layout, next);
  } else {
    await remove(layout.replacedBinaries);
    if (await exists(layout.binaries)) await rename(layout.binaries, layout.replacedBinaries);
    if (isInside(next)) await rename(from.binaries, layout.binaries);
  }
  await writeState(layout, { ...await readState(layout), binaries: next });
}

/** Gives a server back the binaries that a swap has put beside, where it was cut off before others came. */
export async function takeBack(layout: ServerLayout, binaries: InstalledBinaries | null): Promise<void> {
  const isLacking = binaries !== null && isInside(binaries) && !await exists(layout.binaries);
  if (isLacking && await exists(layout.replacedBinaries)) await rename(layout.replacedBinaries, layout.binaries);
}

/** Whether binaries are in the folder of their server, and not used where they are. */
function isInside({ folder }: InstalledBinaries): boolean {
  return !path.isAbsolute(folder);
}

/** Removes what killed runs left, and binaries that are no longer in use. Call with the lock held. */
export async function removeLeftovers(layout: ServerLayout, inUse: InstalledBinaries | null): Promise<void> {
  if (inUse === null || !isInside(inUse)) await removeBinaries(layout);
  await remove(layout.replacedBinaries);
  for await (const { name } of Deno.readDir(layout.root)) {
    const broken = /^(unpacking|creating|removing)-|^\.\w+(\.json)?\..*\.tmp$/.test(name);
    if (broken) await remove(path.join(layout.root, name));
  }
}
