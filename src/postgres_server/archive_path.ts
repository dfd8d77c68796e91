import { UsyncError } from "../domain/errors.ts";

const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;
// deno-lint-ignore no-control-regex -- these are the characters Windows refuses in names
const FORBIDDEN = /[\u0000-\u001f<>:"|?*]/;

/**
 * Refuses a path of an archive that could lead out of the folder it is unpacked into.
 * @throws {UsyncError}
 */
export function refuseEscape(path: string): void {
  const why = path === ""
    ? "it is empty"
    : /^[/\\]/.test(path)
    ? "it is absolute"
    : /^[a-z]:/i.test(path)
    ? "it names a drive"
    : path.split(/[/\\]/).includes("..")
    ? "it leads out of its folder"
    : path.includes("\0")
    ? "it has a NUL character"
    : undefined;
  if (why !== undefined) throw hostile(path, why);
}

/**
 * Refuses a path that is to be written and that Windows would take for something else than a file of that name.
 * @throws {UsyncError}
 */
export function refuseUnwritable(path: string): void {
  for (const name of path.split("/")) {
    if (RESERVED.test(name)) throw hostile(path, "it is a reserved name on Windows");
    if (FORBIDDEN.test(name)) throw hostile(path, "it has a character that Windows does not allow in a name");
    if (/[. ]$/.test(name) || name === "") throw hostile(path, "a part of it is empty or ends in a dot or space");
    if (name.includes("\\")) throw hostile(path, "it has a backslash");
  }
}

/**
 * The path that a link at `path` leads to, both from the root of the archive.
 * @throws {UsyncError} when it leads out of the archive
 */
export function linkTarget(path: string, target: string): string {
  if (/^[/\\]/.test(target) || /^[a-z]:/i.test(target) || target === "") {
    throw hostile(path, `it is a link to ${JSON.stringify(target)}, out of the archive`);
  }
  const parts = path.split("/").slice(0, -1);
  for (const part of target.split(/[/\\]/)) {
    if (part === "..") {
      if (parts.pop() === undefined) {
        throw hostile(path, `it is a link to ${JSON.stringify(target)}, out of the archive`);
      }
    } else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function hostile(path: string, why: string): UsyncError {
  return new UsyncError(`Refused the archive: of its entry ${JSON.stringify(path)} ${why}`, {
    hint: "Nothing of it was kept. Take the archive from another source.",
  });
}
