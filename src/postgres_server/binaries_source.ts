import path from "node:path";

/** Where PostgreSQL's binaries can come from. */
export type BinariesSource =
  | { kind: "download"; url: string; sha256: string }
  | { kind: "archive"; file: string }
  | { kind: "folder"; folder: string };

/** The version of PostgreSQL that the program ships with. */
export const PINNED_VERSION = "18.6";

/** The download that is used unless told otherwise, on the systems that have one. */
export function pinnedDownload(
  os: string = Deno.build.os,
  arch: string = Deno.build.arch,
): (BinariesSource & { kind: "download" }) | undefined {
  if (os !== "windows" || arch !== "x86_64") return undefined;
  return {
    kind: "download",
    url: `https://get.enterprisedb.com/postgresql/postgresql-${PINNED_VERSION}-1-windows-x64-binaries.zip`,
    sha256: "fbe23da234ee31547bf8a36d29dfd81e82b849df2d2b78d2eecb43d360252f8c",
  };
}

/** Asks how many bytes a download has; undefined where the server does not say. */
export async function downloadSize(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    const length = Number(response.headers.get("Content-Length") ?? NaN);
    return response.ok && Number.isFinite(length) ? length : undefined;
  } catch {
    // The size is only told to the user; what is wrong with the connection the download itself will say.
    return undefined;
  }
}

/** Folders that may hold PostgreSQL's programs on this machine: those on PATH, then where installers put them. */
export async function usualFolders(): Promise<string[]> {
  const folders: string[] = [];
  if ((await Deno.permissions.query({ name: "env", variable: "PATH" })).state === "granted") {
    folders.push(...(Deno.env.get("PATH") ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder)));
  }
  const installers: [string, string][] = Deno.build.os === "windows"
    ? [["C:\\Program Files\\PostgreSQL", "bin"]]
    : Deno.build.os === "darwin"
    ? [["/Applications/Postgres.app/Contents/Versions", "bin"], ["/opt/homebrew/opt", "bin"], [
      "/Library/PostgreSQL",
      "bin",
    ]]
    : [["/usr/lib/postgresql", "bin"]];
  for (const [parent, bin] of installers) {
    if ((await Deno.permissions.query({ name: "read", path: parent })).state !== "granted") continue;
    try {
      for await (const { name } of Deno.readDir(parent)) {
        if (/^(postgresql@)?\d+$/.test(name)) folders.push(path.join(parent, name, bin));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return folders;
}
