import { statfsSync } from "node:fs";
import { posix, win32 } from "node:path";

/** What a data folder lies on, and why that is no good. */
export interface FolderRisk {
  /** "a network drive", "OneDrive". */
  on: string;
  why: string;
}

const NETWORK_WHY = "locks and writes there are not safe when the connection breaks or another computer opens it, too";
const CLOUD_WHY = "it copies files while they are written and may put an older one in their place";

/** Types of file systems of Linux that lie on another machine: NFS, SMB (three), AFS, Ceph. */
const NETWORK_TYPES = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x5346414f, 0xc36400]);

/** Names of folders that a program keeps the same on several machines. The beginning, for an account's name may follow. */
const CLOUD_FOLDERS: [RegExp, string][] = [
  [/^onedrive(-| - |$)/i, "OneDrive"],
  [/^dropbox( \(|-|$)/i, "Dropbox"],
  [/^google ?drive( \(|-|$)/i, "Google Drive"],
  [/^(icloud ?drive|com~apple~clouddocs)$/i, "iCloud Drive"],
];

/** The first folder on the drive that Google Drive makes on Windows, in some languages. */
const GOOGLE_DRIVE =
  /^[a-z]:\\(my drive|meine ablage|mon drive|mi unidad|il mio drive|mijn drive|meu drive|мой диск|マイドライブ)(\\|$)/i;

/** Variables of Windows that name the folders of OneDrive, whatever they are called. */
const ONEDRIVE_VARIABLES = ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"];

/**
 * What is wrong with where a data folder lies; undefined where nothing is known. `path` is absolute; on Windows a network drive is
 * known by its real path (`\\server\share`).
 */
export function riskOfPath(
  path: string,
  { isWindows, env }: { isWindows: boolean; env: (name: string) => string | undefined },
): FolderRisk | undefined {
  const { relative, isAbsolute } = isWindows ? win32 : posix;
  const isIn = (folder: string) => {
    const rest = relative(folder, path);
    return rest.split(/[\\/]/)[0] !== ".." && !isAbsolute(rest);
  };
  const cloud =
    CLOUD_FOLDERS.find(([name]) => path.split(isWindows ? /[\\/]/ : "/").some((part) => name.test(part)))?.[1] ??
      (isWindows && GOOGLE_DRIVE.test(path) ? "Google Drive" : undefined) ??
      (isWindows && ONEDRIVE_VARIABLES.some((name) => env(name) && isIn(env(name)!)) ? "OneDrive" : undefined);
  if (cloud !== undefined) return { on: cloud, why: CLOUD_WHY };
  return isWindows && /^[\\/]{2}(?![.?][\\/])/.test(path) ? { on: "a network drive", why: NETWORK_WHY } : undefined;
}

/** Whether a file system of Linux, by the type that `statfs` tells, lies on another machine. */
export function isNetworkType(type: number): boolean {
  return NETWORK_TYPES.has(type >>> 0);
}

/** What is wrong with where a folder lies; undefined where nothing is known, or this program may not look. */
export function folderRisk(folder: string): FolderRisk | undefined {
  try {
    if (Deno.permissions.querySync({ name: "read", path: folder }).state !== "granted") return undefined;
    const env = (name: string) => Deno.env.get(name), isWindows = Deno.build.os === "windows";
    const risk = riskOfPath(Deno.realPathSync(folder), { isWindows, env });
    if (risk || Deno.build.os !== "linux") return risk;
    return isNetworkType(statfsSync(folder).type) ? { on: "a network drive", why: NETWORK_WHY } : undefined;
  } catch {
    return undefined; // not there, or not allowed to ask
  }
}

/** A sentence on what is wrong and what to do; null where nothing is. */
export function folderWarning(folder: string): string | null {
  const risk = folderRisk(folder);
  return risk
    ? `the data folder is on ${risk.on}: ${risk.why}. Move it to a disk of this machine; backups may lie there.`
    : null;
}
