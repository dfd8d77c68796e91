/**
 * What CHANGELOG.md tells of a version: the lines below `## VERSION (YYYY-MM-DD)`.
 *
 * @throws {Error} when there is no such heading, or nothing below it.
 */
export function changesOf(changelog: string, version: string): string {
  const [heading, ...lines] = changelog.split(/^## /m).find((section) => section.split(/\s/)[0] === version)
    ?.split("\n") ?? [];
  if (heading === undefined) throw new Error(`CHANGELOG.md does not tell of ${version}`);
  if (!/ \(\d{4}-\d{2}-\d{2}\)$/.test(heading)) {
    throw new Error(`CHANGELOG.md has no date for ${version}: "## ${heading}" is to be "## ${version} (YYYY-MM-DD)"`);
  }
  const changes = lines.join("\n").trim();
  if (changes === "") throw new Error(`CHANGELOG.md says nothing below "## ${heading}"`);
  return changes;
}

/** The notes of a release. */
export function releaseNotes(changes: string, isSigned: boolean): string {
  const unsigned =
    "`usync-db.exe` is not signed. Windows shows “Windows protected your PC” at its first start: check the " +
    "download as the README says, then choose “More info” and “Run anyway”.";
  return [changes, ...(isSigned ? [] : [unsigned]), "`SHA256SUMS` has the checksums of all files."].join("\n\n") + "\n";
}
