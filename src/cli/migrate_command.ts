import { Command, Option } from "commander";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { migrate, migrateBack, type MigrateOptions, type MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import { dueTier } from "../store/tier_policy.ts";
import type { Tier } from "../store/store.ts";
import { type CommandContext, contextOf, parseCount, withStore } from "./command_context.ts";
import { installIfMissing } from "./postgres_command.ts";
import { formatSegments, plural } from "./format_text.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Without options it moves the store to the tier that its size calls for, or goes on with a migration that was cut off.
The store stays in use meanwhile. The old one is kept until --discard-old.

--json: {"moved": true, "from": {"tier": TIER, "shards": n}, "to": {"tier": TIER, "shards": n}, "files": n, "segments": n}
  or {"moved": false}; with --discard-old {"discarded": n}, with --back {"tier": TIER, "shards": n}.`;

interface Options {
  to?: Tier;
  shards?: number;
  back?: boolean;
  discardOld?: boolean;
  url?: string;
  archive?: string;
}

export function migrateCommand(): Command {
  return new Command("migrate")
    .description("move the store to another tier or number of shards")
    .addOption(new Option("--to <tier>", "the tier").choices(["sqlite", "sharded", "postgres"]))
    .option("--shards <n>", "how many shards", parseCount)
    .option("--url <address>", "the PostgreSQL server to move to: postgres://user:password@host:port/database")
    .option("--archive <file>", "a zip or tar.gz with PostgreSQL's binaries, to install instead of a download")
    .addOption(new Option("--back", "return to the store before the last migration").conflicts(["to", "shards"]))
    .addOption(
      new Option("--discard-old", "remove what migrations have left behind").conflicts(["to", "shards", "back"]),
    )
    .addHelpText("after", HELP)
    .action(runMigrate);
}

async function runMigrate(options: Options, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context;
  await withStore(context, false, async (store) => {
    if (options.back) {
      const shape = await migrateBack(store);
      return terminal.result(shape, `The store is on the tier ${shapeText(shape)} again.`);
    }
    if (options.discardOld) {
      const count = store.manifest.old.length;
      await store.discardOld();
      return terminal.result({ discarded: count }, count === 0 ? "There is no old store." : "Removed the old store.");
    }
    const { to, url, shards } = options, unfinished = store.manifest.move;
    const tier = to ?? (url === undefined ? undefined : "postgres");
    const due = tier ?? unfinished?.tier ?? dueTier(store.tier, await store.totals(), store.settings);
    if (due === "postgres" && (url ?? unfinished?.url ?? null) === null) {
      await installIfMissing(context, options.archive);
    }
    const report = await migrateWithProgress(store, terminal, { tier, shards, url });
    if (report) terminal.result({ moved: true, ...report }, moveText(report));
    else terminal.result({ moved: false }, "Nothing to do: the store is where it should be.");
  });
}

/**
 * After an import: moves the store when its size calls for that, to shards by itself, to PostgreSQL when the user agrees
 * (`--yes`, or an answer on the terminal).
 */
export async function moveIfDue(
  store: FolderStore,
  context: CommandContext,
  archive?: string,
): Promise<void> {
  const { options, terminal } = context;
  const due = dueTier(store.tier, await store.totals(), store.settings);
  if (due !== null && store.tier === "sqlite") await tryMove(store, terminal, "sharded");
  if (due !== "postgres") return;
  if (!options.yes && !Deno.stdin.isTerminal()) {
    return terminal.message(
      "The store has grown out of its tier: usync-db migrate --to postgres (or import with --yes)",
    );
  }
  await tryMove(store, terminal, "postgres", () => installIfMissing(context, archive));
}

/** A failure is told and no more: the import has done its work. */
async function tryMove(
  store: FolderStore,
  terminal: Terminal,
  tier: Tier,
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  try {
    await prepare();
    const report = await migrateWithProgress(store, terminal, { tier });
    if (report) terminal.message(moveText(report));
  } catch (error) {
    if (!(error instanceof UsyncError)) throw error;
    terminal.message(`The import is stored, but the move to the tier ${tier} that is due failed:`);
    terminal.error(messageOf(error), error.hint);
  }
}

function migrateWithProgress(
  store: FolderStore,
  terminal: Terminal,
  wish: MigrateOptions,
): Promise<MoveReport | undefined> {
  const line = new Progress(terminal, formatSegments);
  return migrate(store, {
    ...wish,
    onProgress: ({ step, segments, total }) => line.show(step === "copying" ? "Copying" : "Verifying", segments, total),
  });
}

function moveText({ to, files, segments }: MoveReport): string {
  return `Moved ${plural(files, "file")} with ${plural(segments, "segment")} to the tier ${shapeText(to)}; ` +
    "every one was verified. The old store is kept until `usync-db migrate --discard-old`.";
}

function shapeText({ tier, shards }: Shape): string {
  return shards === 1 ? tier : `${tier} (${shards} shards)`;
}
