import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Format, NtExecutable } from "pe-library";
import { TARGETS } from "../compile/compile_executable.ts";
import { billOfMaterials } from "./bill_of_materials.ts";
import { sha256Of, writeChecksums } from "./checksums.ts";
import { scoopManifest, wingetManifests } from "./manifests.ts";
import { changesOf, releaseNotes } from "./notes.ts";

/** What a release is made of. */
export interface ReleaseOptions {
  version: string;
  /** The address of the project's page. */
  address: string;
  /** The text of CHANGELOG.md. */
  changelog: string;
  /** The project's folder. */
  root: string;
  /** The folder of the executables, which the rest is written to. */
  dist: string;
}

/**
 * Writes what belongs to the executables; gives the names of all files of the release, and its notes.
 *
 * @throws {Error} when an executable is not there, or CHANGELOG.md does not tell of the version.
 */
export function writeRelease({ version, address, changelog, root, dist }: ReleaseOptions): {
  files: string[];
  notes: string;
} {
  const changes = changesOf(changelog, version);
  const executables = Object.values(TARGETS).map(({ file }) => file);
  const there = new Set(readdirSync(dist)), missing = executables.filter((file) => !there.has(file));
  if (missing.length > 0) throw new Error(`${dist} lacks ${missing.join(", ")}: deno task compile`);
  const exe = join(dist, TARGETS.windows.file);
  const download = {
    version,
    address,
    url: `${address}/releases/download/v${version}/${TARGETS.windows.file}`,
    sha256: sha256Of(exe),
  };
  const texts: Record<string, string> = {
    "usync-db.cdx.json": JSON.stringify(billOfMaterials(root, version), null, 2) + "\n",
    ...wingetManifests(download),
    "usync-db.json": scoopManifest(download),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(dist, name), text);
  const files = [...executables, ...Object.keys(texts)];
  writeChecksums(dist, files);
  return { files: [...files, "SHA256SUMS"], notes: releaseNotes(changes, isSigned(exe)) };
}

/** Whether an executable for Windows has a signature (Authenticode). */
export function isSigned(path: string): boolean {
  const { newHeader } = NtExecutable.from(readFileSync(path), { ignoreCert: true });
  return newHeader.optionalHeaderDataDirectory.get(Format.ImageDirectoryEntry.Certificate).size > 0;
}
