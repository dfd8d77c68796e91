import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The SHA-256 of a file, in hexadecimal digits. */
export function sha256Of(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Writes `SHA256SUMS` of those files that are in a folder, as `sha256sum --check` reads it. */
export function writeChecksums(folder: string, files: string[]): void {
  const there = new Set(readdirSync(folder));
  const lines = files.filter((file) => there.has(file)).map((file) => `${sha256Of(join(folder, file))}  ${file}\n`);
  writeFileSync(join(folder, "SHA256SUMS"), lines.join(""));
}
