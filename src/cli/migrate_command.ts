import { Command, Option } from "commander";
import { messageOf, UsyncError } from "../domain/errors.ts";
import type { Discarded } from "../migration/discard_old.ts";
import type { MoveReport } from "../migration/migrate.ts";
import { checkWish, planMove } from "../migration/plan_move.ts";
import { parseAddress } from "../postgres/address.ts";
import { moveStep } from "../session/move_step.ts";
import type { MoveListener, Session, SessionMove } from "../session/session.ts";
import type { Tier } from "../store/store.ts";
import { TIERS } from "../store/tier_policy.ts";
import { type CommandContext, contextOf, fromCommandLine, parseCount, withSession } from "./command_context.ts";
import type { OldStore } from "../session/status.ts";
import { agree } from "./ask.ts";
import { chooseBinaries } from "./choose_binaries.ts";
import { formatBytes, formatSegments, oneLine, plural, shapeText } from "./format_text.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { wayBackText } from "./way_back.ts";

const HELP = `
Without options it moves the store to the tier that its size calls for, or goes on with a migration that was cut off.
The store stays in use meanwhile. The old one is kept until --discard-old.

--json: {"moved": true, "from": {"tier": TIER, "shards": n}, "to": {"tier": TIER, "shards": n}, "files": n, "segments": n}
  and with --salvage, where something was damaged, "left_behind": {"problems": n, "list": "FILE"};
  or {"moved": false}; with --back {"tier": TIER, "shards": n};
  with --discard-old {"discarded": n, "left": [{"where": "…", "schema": "…"|null, "why": "…", "given_up": true|false}…]},
  "left" being what could not be removed. It is tried again by every command that opens the store; --discard-old with nothing
  else to remove gives up what lies on a server of yours.`;

interface Options {
  to?: Tier;
  shards?: number;
  back?: boolean;
  discardOld?: boolean;
  url?: string;
  archive?: string;
  salvage?: boolean;
}

/** What only a move takes. */
const MOVE_OPTIONS = ["to", "shards", "url", "archive", "salvage"];

export function migrateCommand(): Command {
  return new Command("migrate")
    .description("move the store to another tier or number of shards")
    .addOption(new Option("--to <tier>", "the tier").choices(TIERS))
    .option("--shards <n>", "how many shards", parseCount)
    .option("--url <address>", "the PostgreSQL server to move to: postgres://user:password@host:port/database")
    .option("--archive <file>", "a zip or tar.gz with PostgreSQL's binaries, to install instead of a download")
    .option("--salvage", "move what is sound of a damaged store, and list the rest in a file")
    .addOption(new Option("--back", "return to the store before the last migration").conflicts(MOVE_OPTIONS))
    .addOption(
      new Option("--discard-old", "remove what migrations have left behind")
        .conflicts([...MOVE_OPTIONS, "back"]),
    )
    .addHelpText("after", HELP)
    .action(runMigrate);
}

async function runMigrate(options: Options, command: Command): Promise<void> {
  const context = contextOf(command), { terminal } = context, wish = wishOf(options, command);
  await withSession(context, false, async (session) => {
    if (options.back) {
      const shape = await session.migrateBack();
      return terminal.result(shape, `The store is on the tier ${shapeText(shape)} again.`);
    }
    if (options.discardOld) {
      const { old } = await session.status();
      if (old.length > 0 && Deno.stdin.isTerminal() && !await agree(discardQuestion(old), context.options, "")) {
        return terminal.result({ discarded: 0, left: [] }, "Removed nothing.");
      }
      return showDiscarded(terminal, await session.discardOld());
    }
    const { unfinished } = await session.status();
    const report = await move(session, context, wish, options.archive);
    if (report) terminal.result({ moved: true, ...report }, moveText(report));
    else if (unfinished) {
      terminal.result({ moved: false }, "Gave up the move that was unfinished: the store stays where it is.");
    } else terminal.result({ moved: false }, "Nothing to do: the store is where it should be.");
  });
}

/** The move that the options ask for. */
function wishOf({ to, url, shards, salvage }: Options, command: Command): SessionMove {
  if (url !== undefined && (to ?? "postgres") !== "postgres") {
    command.error("error: --url goes with the tier postgres");
  }
  const wish = { tier: to ?? (url === undefined ? undefined : "postgres"), shards, url, salvage };
  fromCommandLine(() => {
    checkWish(wish);
    if (url !== undefined) parseAddress(url);
  });
  return wish;
}

/** Shows on the terminal how the store grows to shards while a command writes, and tells what became of it. */
export function showGrowth(session: Session, terminal: Terminal): void {
  const line = new Progress(terminal, formatSegments);
  session.onGrowth((event) => {
    if (event.kind === "progress") {
      const { step, done, total } = moveStep(event.progress);
      line.show(`Growing to shards: ${step.toLowerCase()}`, done, total);
    }
    if (event.kind === "grown") terminal.message(growthText(event.report));
    if (event.kind === "failed") {
      terminal.message("The store could not grow to shards, and goes on as it is. What was imported is stored:");
      tellError(terminal, event.error);
    }
  });
}

function growthText({ to, files, segments }: MoveReport): string {
  const grown = `The store has grown to ${plural(to.shards, "shard")}`;
  if (files === 0) return `${grown}.`;
  return `${grown}: ${plural(files, "file")} with ${plural(segments, "segment")} moved; every one was verified. ` +
    "The old store is kept until `usync-db migrate --discard-old`.";
}

function tellError(terminal: Terminal, error: unknown): void {
  terminal.error(messageOf(error), error instanceof UsyncError ? error.hint : undefined);
}

/**
 * After an import: moves the store to PostgreSQL when its size calls for that and the user agrees (`--yes`, or an answer on
 * the terminal). A failure is told and no more: the import has done its work.
 */
export async function offerPostgresIfDue(session: Session, context: CommandContext, archive?: string): Promise<void> {
  const { options, terminal } = context, { due } = await session.status();
  if (due !== "postgres") return;
  if (!options.yes && !Deno.stdin.isTerminal()) {
    return terminal.message(
      "The store has grown out of its tier: usync-db migrate --to postgres (or import with --yes)",
    );
  }
  try {
    const report = await move(session, context, { tier: "postgres" }, archive);
    if (report) terminal.message(moveText(report));
  } catch (error) {
    if (!(error instanceof UsyncError)) throw error;
    terminal.message("The import is stored, but the move to the tier postgres that is due failed:");
    tellError(terminal, error);
  }
}

/** Moves the store, after asking what PostgreSQL is installed from where one is needed. */
async function move(
  session: Session,
  context: CommandContext,
  wish: SessionMove,
  archive: string | undefined,
): Promise<MoveReport | undefined> {
  const status = await session.status(), to = planMove(status, wish, status.unfinished, status.due);
  if (to && !status.unfinished && !context.terminal.json) context.terminal.message(wayBackText(status, to, wish));
  const install = await session.lacksServer(wish) ? { source: await chooseBinaries(context, archive) } : undefined;
  return await session.migrate({ ...wish, install }, listenerOn(context.terminal));
}

/** Shows on the terminal how a move goes on. */
export function listenerOn(terminal: Terminal): MoveListener {
  const lines = { segments: new Progress(terminal, formatSegments), bytes: new Progress(terminal, formatBytes) };
  return {
    message: (text) => terminal.message(text),
    progress: ({ step, done, total, unit }) => lines[unit].show(step, done, total),
  };
}

function discardQuestion(old: OldStore[]): string {
  const known = old.flatMap(({ bytes }) => bytes ?? []), bytes = known.reduce((sum, bytes) => sum + bytes, 0);
  const rest = known.length < old.length ? ", and what they take in PostgreSQL" : "";
  const shapes = old.map(shapeText).join(", ");
  return `Remove ${plural(old.length, "old store")} (${shapes})? It frees ${formatBytes(bytes)}${rest}.`;
}

function showDiscarded(terminal: Terminal, report: Discarded): void {
  const { discarded, left } = report;
  const removed = `Removed ${plural(discarded, "old store")}.`;
  terminal.result(report, discarded > 0 ? removed : left.length > 0 ? "Removed nothing." : "There is no old store.");
  if (terminal.json) return;
  for (const { where, schema, why, given_up } of left) {
    terminal.message(oneLine(`What lies in ${where} was not removed: ${why}`));
    if (given_up) terminal.message(`  It is not tried again. This removes it there: DROP SCHEMA ${schema} CASCADE`);
    else terminal.message("  It is tried again whenever the store is opened.");
  }
}

function moveText({ to, files, segments, left_behind }: MoveReport): string {
  const behind = left_behind &&
    ` Damaged, and left behind in the old store: ${
      plural(left_behind.problems, "problem")
    }, listed in ${left_behind.list}.`;
  return `Moved ${plural(files, "file")} with ${plural(segments, "segment")} to the tier ${shapeText(to)}; ` +
    `every one was verified.${behind ?? ""} The old store is kept until \`usync-db migrate --discard-old\`.`;
}
