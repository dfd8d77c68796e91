import type { Command } from "commander";
import { readManifest, upgradeTarget } from "../data_folder/manifest.ts";
import { UsyncError } from "../domain/errors.ts";
import type { MoveReport } from "../migration/migrate.ts";
import { SERVER_BYTES } from "../migration/upgrade_server.ts";
import { type BinariesSource, newerSource, type PostgresServer } from "../postgres_server/mod.ts";
import type { Session } from "../session/session.ts";
import { agree } from "./ask.ts";
import { dataFolderServer, givenSource, type InstallOptions } from "./choose_binaries.ts";
import { type CommandContext, contextOf, withSession } from "./command_context.ts";
import { plural } from "./format_text.ts";
import { listenerOn } from "./migrate_command.ts";
import { serverText } from "./server_text.ts";
import { wayBackText } from "./way_back.ts";

export const UPGRADE_HELP = `
Without options it takes the newest of this machine, or the version that usync-db comes with. A minor version replaces the
programs alone. For a major one the store is moved into a new PostgreSQL beside the old one, every row verified; the store
stays in use meanwhile. The old one is kept until \`usync-db migrate --discard-old\`. One that was cut off goes on when it is
run again.`;

/** `usync-db postgres upgrade`. */
export async function runUpgrade(options: InstallOptions, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context, given = givenSource(options, command);
  await withSession(context, false, async (session) => {
    const server = await dataFolderServer(context.options.data), before = await server.status();
    const manifest = readManifest(context.options.data), isCutOff = !!manifest && !!upgradeTarget(manifest);
    const source = isCutOff ? undefined : given ?? await newestSource(context, before.version);
    if (source !== undefined || isCutOff) {
      if (source) await tellWayBack(session, context, server);
      const moved = await session.migrate({ upgrade: true, install: source && { source } }, listenerOn(terminal));
      const after = await (await dataFolderServer(context.options.data)).status();
      terminal.message(upgradedText(before.version, after.version, moved));
    } else terminal.message(`PostgreSQL ${before.version} is here, and nothing newer is known.`);
    const status = await (await dataFolderServer(context.options.data)).status();
    terminal.result(status, serverText(status));
  });
}

/** What is newer than a version, after asking for it; undefined where nothing is. */
async function newestSource({ options }: CommandContext, version: string | null): Promise<BinariesSource | undefined> {
  const source = await newerSource(version ?? "0");
  if (source === undefined) return undefined;
  const from = source.kind === "folder" ? `the programs in ${source.folder}` : "a download";
  if (await agree(`Upgrade PostgreSQL ${version} with ${from}?`, options, "Run again with --yes.")) return source;
  throw new UsyncError("PostgreSQL was not upgraded: it was declined", {
    hint:
      "`usync-db postgres upgrade` takes other programs: --archive FILE, --bin FOLDER, --url ADDRESS with --sha256 HEX.",
  });
}

async function tellWayBack(session: Session, { terminal }: CommandContext, { layout }: PostgresServer): Promise<void> {
  const kept = `A minor version replaces the programs alone. For a major one the PostgreSQL in ${layout.root}`;
  const to = { tier: "postgres", shards: 1 } as const;
  terminal.message(wayBackText(await session.status(), to, { kept, more: SERVER_BYTES }));
}

function upgradedText(before: string | null, after: string | null, moved: MoveReport | undefined): string {
  const what = `Upgraded PostgreSQL ${before} to ${after}`;
  if (!moved) return `${what}: its programs were replaced.`;
  return `${what}: ${plural(moved.files, "file")} with ${plural(moved.segments, "segment")} moved; every one was ` +
    "verified. The old one is kept until `usync-db migrate --discard-old`.";
}
