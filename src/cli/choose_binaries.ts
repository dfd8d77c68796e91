import { resolve } from "node:path";
import type { Command } from "commander";
import { currentServer } from "../data_folder/own_servers.ts";
import { readManifest } from "../data_folder/manifest.ts";
import { UsyncError } from "../domain/errors.ts";
import {
  type BinariesSource,
  downloadSize,
  findInstalled,
  noDownload,
  pinnedDownload,
  PostgresServer,
  type PostgresServerOptions,
  type ServerStatus,
} from "../postgres_server/mod.ts";
import { agree } from "./ask.ts";
import type { CommandContext, GlobalOptions } from "./command_context.ts";
import { formatBytes } from "./format_text.ts";

/** Where PostgreSQL's programs are to come from, as options say. */
export interface InstallOptions extends GlobalOptions {
  url?: string;
  sha256?: string;
  archive?: string;
  bin?: string;
}

/** What the PostgreSQL of a data folder is installed from: an archive, or what the user agrees to; see `chosenSource`. */
export async function chooseBinaries(
  { options }: CommandContext,
  archive: string | undefined,
): Promise<BinariesSource | undefined> {
  if (archive !== undefined) return { kind: "archive", file: resolve(archive) };
  const server = await dataFolderServer(options.data);
  return await chosenSource(server, await server.status(), options);
}

/** The source that the options name; undefined when they name none. */
export function givenSource(
  { archive, bin, url, sha256 }: InstallOptions,
  command: Command,
): BinariesSource | undefined {
  if ([archive, bin, url].filter((value) => value !== undefined).length > 1) {
    command.error("error: only one of --archive, --bin and --url can be given", { exitCode: 2 });
  }
  if ((url === undefined) !== (sha256 === undefined)) {
    command.error("error: --url and --sha256 belong together", { exitCode: 2 });
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    command.error("error: --sha256 takes 64 hexadecimal digits", { exitCode: 2 });
  }
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    command.error("error: --url takes an http or https address", { exitCode: 2 });
  }
  if (archive !== undefined) return { kind: "archive", file: archive };
  if (bin !== undefined) return { kind: "folder", folder: bin };
  return url === undefined ? undefined : { kind: "download", url, sha256: sha256! };
}

/**
 * The source that the user agrees to: a PostgreSQL on this machine, else the download. Undefined when binaries are
 * installed already.
 */
export async function chosenSource(
  server: PostgresServer,
  status: ServerStatus,
  options: InstallOptions,
): Promise<BinariesSource | undefined> {
  if (status.binaries !== null) return undefined;
  const [found] = await findInstalled();
  if (found !== undefined) {
    const question = `PostgreSQL ${found.version} is on this machine, in ${found.folder}. Use its programs?`;
    if (
      await agree(question, options, `Run again with --yes, or \`usync-db postgres install --bin "${found.folder}"\`.`)
    ) {
      return { kind: "folder", folder: found.folder };
    }
  }
  const pinned = pinnedDownload();
  if (pinned === undefined) return found === undefined ? noDownload() : declined(`the one in ${found.folder}`);
  const bytes = await downloadSize(pinned.url);
  const size = bytes === undefined ? "of a size that the server does not tell" : `of ${formatBytes(bytes)}`;
  const question = `Download PostgreSQL ${size} from ${new URL(pinned.url).host} into ${server.layout.root}?`;
  if (await agree(question, options, "Run again with --yes, or download it yourself and use --archive FILE.")) {
    return pinned;
  }
  return declined("the download");
}

function declined(what: string): never {
  throw new UsyncError(`PostgreSQL was not installed: ${what} was declined`, {
    hint:
      "`usync-db postgres install` takes another one: --archive FILE, --bin FOLDER, or --url ADDRESS with --sha256 HEX. " +
      "`usync-db migrate --url ADDRESS` moves the store to a server of yours.",
  });
}

/** The PostgreSQL of a data folder that the store is in, or would be moved into. */
export async function dataFolderServer(
  dataFolder: string,
  options: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const folder = await currentServer(dataFolder, readManifest(dataFolder));
  return new PostgresServer(dataFolder, { ...options, folder });
}
