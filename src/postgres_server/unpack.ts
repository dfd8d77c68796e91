import path from "node:path";
import { UsyncError } from "../domain/errors.ts";
import type { Archive, ArchiveEntry } from "./archive.ts";
import { linkTarget, refuseEscape, refuseUnwritable } from "./archive_path.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { remove } from "../files/held.ts";
import { exists } from "../files/read.ts";
import { writeAll } from "../files/replace.ts";
import { type Report, silent } from "./report.ts";

/** How much an archive may hold before it is taken for a bomb. */
export interface UnpackLimits {
  /** Entries in all. */
  entries: number;
  /** Bytes unpacked, of what is needed. */
  bytes: number;
}

const LIMITS: UnpackLimits = { entries: 100_000, bytes: 4e9 };
/** The parts of a PostgreSQL that a server needs. */
const NEEDED = ["bin", "lib", "share"];

/** What is in an archive: where PostgreSQL is, and how much of it there is to write. */
interface Contents {
  /** The folder above `bin`, with a slash at its end, or empty. */
  prefix: string;
  bytes: number;
}

/** The archive formats are loaded when one is there: every start of the program would take longer by a tenth. */
async function openArchive(file: string): Promise<Archive> {
  return await (await import("./archive.ts")).openArchive(file);
}

/**
 * Unpacks the `bin`, `lib` and `share` of the PostgreSQL in a zip or tar.gz into `folder`, which must not exist. Fails
 * without leaving the folder behind.
 * @throws {UsyncError} when there is no PostgreSQL for this system in it, when it is damaged, and when it is hostile
 */
export async function unpack(
  archive: string,
  folder: string,
  options: { limits?: UnpackLimits; report?: Report; signal?: AbortSignal } = {},
): Promise<void> {
  const { limits = LIMITS, report = silent, signal } = options;
  try {
    const contents = await inspect(archive, limits);
    await Deno.mkdir(folder);
    const links = new Map<string, string>();
    let done = 0;
    const { visit } = await openArchive(archive);
    await visit(async (entry, content) => {
      signal?.throwIfAborted();
      const wanted = wantedPath(entry.path, contents.prefix);
      if (wanted === undefined) return;
      if (entry.type === "link") {
        const target = wantedPath(linkTarget(entry.path, entry.target!), contents.prefix);
        if (target !== undefined) links.set(wanted, target);
      } else {
        await writeEntry(path.join(folder, wanted), entry, content());
        report.progress("Unpacking", done += entry.size, contents.bytes);
      }
    });
    await makeLinks(folder, links);
    await makeLibraryNames(path.join(folder, "lib"));
  } catch (error) {
    await remove(folder);
    throw explainFileError(error, `unpack ${archive}`, path.dirname(folder));
  }
}

/** Reads the whole list before anything is written: refuses what is hostile, finds PostgreSQL, adds up its size. */
async function inspect(archive: string, limits: UnpackLimits): Promise<Contents> {
  const entries: ArchiveEntry[] = [];
  let total = 0;
  await (await openArchive(archive)).visit((entry) => {
    refuseEscape(entry.path);
    if (entry.type === "link") linkTarget(entry.path, entry.target!);
    total += entry.size;
    if (entries.push(entry) > limits.entries || total > limits.bytes * 4) throw bomb(archive, limits);
  });
  const initdb = Deno.build.os === "windows" ? "bin/initdb.exe" : "bin/initdb";
  const place = entries.find(({ path }) => path === initdb || path.endsWith(`/${initdb}`))?.path;
  if (place === undefined) {
    throw new UsyncError(`Cannot install ${archive}: there is no ${initdb} in it`, {
      hint: `Give an archive of PostgreSQL's binaries for ${Deno.build.os} (${Deno.build.arch}).`,
    });
  }
  const prefix = place.slice(0, place.length - initdb.length);
  const seen = new Set<string>();
  let bytes = 0;
  for (const entry of entries) {
    const wanted = wantedPath(entry.path, prefix);
    if (wanted === undefined) continue;
    refuseUnwritable(wanted);
    if (entry.type === "other") throw new UsyncError(`Refused the archive: ${entry.path} is a device or the like`);
    if (seen.size === seen.add(wanted.toLowerCase()).size) {
      throw new UsyncError(`Refused the archive: it has ${entry.path} twice`);
    }
    bytes += entry.size;
  }
  if (bytes > limits.bytes) throw bomb(archive, limits);
  return { prefix, bytes };
}

/** The path below `prefix` of an entry that a server needs, else undefined. */
function wantedPath(entryPath: string, prefix: string): string | undefined {
  if (!entryPath.startsWith(prefix)) return undefined;
  const rest = entryPath.slice(prefix.length);
  return NEEDED.some((name) => rest.startsWith(`${name}/`)) ? rest : undefined;
}

async function writeEntry(target: string, entry: ArchiveEntry, content: AsyncIterable<Uint8Array>): Promise<void> {
  await Deno.mkdir(path.dirname(target), { recursive: true });
  // Programs may be run, nothing else; what the archive says of rights does not count.
  const mode = path.basename(path.dirname(target)) === "bin" ? 0o755 : 0o644;
  using file = await Deno.open(target, { write: true, createNew: true, mode });
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > entry.size) break;
    await writeAll(file, chunk);
  }
  if (size !== entry.size) {
    throw new UsyncError(`Refused the archive: ${entry.path} does not have the ${entry.size} bytes that it states`);
  }
}

/**
 * Makes the links as second names of their files: that needs no right to make symbolic links. A link to a link is
 * followed; one to something that was not unpacked is left out.
 */
async function makeLinks(folder: string, links: Map<string, string>): Promise<void> {
  for (const link of links.keys()) {
    let target = link;
    for (let steps = 0; links.has(target); steps++) {
      if (steps > links.size) throw new UsyncError(`Refused the archive: the link ${link} leads to itself`);
      target = links.get(target)!;
    }
    const from = path.join(folder, target);
    if (!await exists(from) || !(await Deno.stat(from)).isFile) continue;
    await Deno.mkdir(path.dirname(path.join(folder, link)), { recursive: true });
    await secondName(from, path.join(folder, link));
  }
}

/**
 * Gives shared libraries the names that programs ask for (`libpq.so.5` for `libpq.so.5.18`) where the archive could not
 * hold the links that usually do.
 */
async function makeLibraryNames(lib: string): Promise<void> {
  if (Deno.build.os === "windows" || !await exists(lib)) return;
  for await (const { name, isFile } of Deno.readDir(lib)) {
    const [, short] = /^(lib.+\.so\.\d+)\.\d+(?:\.\d+)*$/.exec(name) ?? [];
    if (isFile && short !== undefined && !await exists(path.join(lib, short))) {
      await secondName(path.join(lib, name), path.join(lib, short));
    }
  }
}

async function secondName(file: string, name: string): Promise<void> {
  try {
    await Deno.link(file, name);
  } catch (error) {
    // Some file systems know no second names (exFAT, network drives): a copy does as well.
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    await Deno.copyFile(file, name);
  }
}

function bomb(archive: string, limits: UnpackLimits): UsyncError {
  return new UsyncError(
    `Refused the archive ${archive}: unpacked it would be more than ${limits.entries} entries or ${limits.bytes} bytes`,
    { hint: "Nothing of it was kept. Take the archive from another source." },
  );
}
