import path from "node:path";
import { isRefused, UsyncError } from "../domain/errors.ts";
import { type Account, giveTo, giveTreeTo } from "./account.ts";
import { program } from "./binaries.ts";
import { lastLines, writeServerFile } from "./cluster.ts";
import { remove } from "../files/held.ts";
import { freePort, isFree } from "./free_port.ts";
import type { ServerLayout } from "./layout.ts";
import { type PidFile, type Probe, probe } from "./probe.ts";
import type { Report } from "./report.ts";
import { launchServer, runProgram } from "./run_program.ts";
import { complaints, startLog, trimLogs } from "./server_logs.ts";
import { machineMemory, serverSettings } from "./server_settings.ts";

/** What it takes to start and stop a server. */
export interface PostmasterContext {
  layout: ServerLayout;
  /** The folder of its programs, absolute. */
  bin: string;
  password: string | undefined;
  account: Account | undefined;
  report: Report;
  signal?: AbortSignal;
}

type Up = Probe & { state: "up" };

/** How long a server that exists may say nothing, and how long a start may go on failing after a crash. */
const PATIENCE_MS = 30_000;

/** A server listens long before that, until it ends. */
const LISTENS_WITHIN_MS = 10_000;

/**
 * The running server: the one that is there, or one that is started. `remember` is called with the port before a start,
 * so that a program that is killed meanwhile leaves a trace.
 */
export async function startPostmaster(
  context: PostmasterContext,
  preferredPort: number | null,
  remember: (port: number) => Promise<void>,
): Promise<Up> {
  const present = await settleDown(context);
  if (present !== undefined) return present;
  const { layout, report, signal } = context;
  const avoid = new Set<number>();
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    signal?.throwIfAborted();
    const port = freePort(preferredPort, avoid);
    await remember(port);
    const since = new Date();
    await launch(context, port);
    const up = await settleDown(context);
    if (up !== undefined) return up;
    if (!isFree(port)) avoid.add(port);
    else if (Date.now() > end || !await mayPass(layout.logs, since)) throw await startError(layout, since);
    report.message("PostgreSQL could not start yet; trying again");
    await pause(1000);
  }
}

/**
 * Waits until it is clear whether a server runs on this cluster: gives it when it does, undefined when none does. A
 * `postmaster.pid` that belongs to no server of this folder is removed, when that is certain.
 * @throws {UsyncError} when a server is there that cannot be used
 */
async function settleDown(context: PostmasterContext): Promise<Up | undefined> {
  const { layout, password, account, report, signal } = context;
  const begun = Date.now(), end = begun + PATIENCE_MS;
  for (let told = begun;;) {
    signal?.throwIfAborted();
    const seen = await probe(layout, password, account);
    if (seen.state === "down") return undefined;
    if (seen.state === "up") return { ...seen, state: "up" };
    if (seen.state !== "starting") {
      const { state, pidFile } = seen;
      const isGone = state === "silent" && Date.now() > begun + LISTENS_WITHIN_MS && isFree(pidFile.port);
      if (state === "elsewhere" || isGone || !await mayRun(context, pidFile)) {
        await remove(path.join(layout.cluster, "postmaster.pid"));
        return undefined;
      }
      if (Date.now() > end) throw unusable(layout, state, pidFile);
    } else if (Date.now() - told > 5000) {
      report.message("PostgreSQL is still starting (after a crash it first repairs its files)");
      told = Date.now();
    }
    await pause(250);
  }
}

/** Whether the process that a `postmaster.pid` names can be the server of this cluster. */
async function mayRun({ layout, bin, account }: PostmasterContext, { pid }: PidFile): Promise<boolean> {
  const { code } = await runProgram(program(bin, "pg_ctl"), ["status", "-D", "cluster"], { account, cwd: layout.root });
  if (code !== 0) return false;
  const cwd = `/proc/${pid}/cwd`;
  if (Deno.build.os !== "linux") return true;
  if ((await Deno.permissions.query({ name: "read", path: cwd })).state !== "granted") return true;
  try {
    // The number may be another process's by now. A server works in its cluster's folder.
    return await Deno.realPath(cwd) === await Deno.realPath(layout.cluster);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    if (isRefused(error)) return true;
    throw error;
  }
}

async function launch({ layout, bin, account }: PostmasterContext, port: number): Promise<void> {
  await Deno.mkdir(layout.logs, { recursive: true, mode: 0o700 });
  await giveTo(account, layout.logs);
  await trimLogs(layout.logs);
  await giveTreeTo(account, layout.cluster);
  const settings = path.join(layout.cluster, "usync.conf");
  await writeServerFile(settings, serverSettings({ port, memory: machineMemory() }));
  await giveTo(account, settings);
  // Paths are relative: pg_ctl hands them to a shell.
  const log = path.relative(layout.root, startLog(layout.logs));
  await launchServer(program(bin, "pg_ctl"), ["start", "-D", "cluster", "-l", log, "-w", "-t", "60"], {
    account,
    cwd: layout.root,
  });
}

/** Whether a failed start may succeed later: what is left of a crashed server goes away within seconds. */
async function mayPass(logs: string, since: Date): Promise<boolean> {
  return /lock file|shared memory|still in use|could not bind|semaphore/i.test(await complaints(logs, since));
}

async function startError(layout: ServerLayout, since: Date): Promise<UsyncError> {
  const why = await complaints(layout.logs, since);
  const full = /no space left/i.test(why);
  return new UsyncError(`Cannot start PostgreSQL: ${why || "it gave no reason"}`, {
    hint: full ? `Free some space on the disk of ${layout.root}.` : `Its logs are in ${layout.logs}.`,
  });
}

function unusable(layout: ServerLayout, state: "refused" | "silent", { pid, port }: PidFile): UsyncError {
  const why = state === "refused" ? "does not take the stored password" : "does not answer";
  return new UsyncError(
    `Cannot use the PostgreSQL that runs on ${layout.cluster} (process ${pid}, port ${port}): it ${why}`,
    {
      hint: `Stop it with \`usync-db postgres stop\`. If no such server runs, remove ${
        path.join(layout.cluster, "postmaster.pid")
      }.`,
    },
  );
}

/** Stops the server if one runs on this cluster; gives whether one did. */
export async function stopPostmaster(context: PostmasterContext): Promise<boolean> {
  const { layout, bin, password, account, report } = context;
  const seen = await probe(layout, password, account);
  if (seen.state === "down" || seen.state === "elsewhere") return false;
  if (seen.state !== "up" && !await mayRun(context, seen.pidFile)) return false;
  const stop = (mode: string, seconds: number) =>
    runProgram(program(bin, "pg_ctl"), ["stop", "-D", "cluster", "-m", mode, "-w", "-t", `${seconds}`], {
      account,
      cwd: layout.root,
    });
  const fast = await stop("fast", 120);
  if (fast.code === 0) return true;
  report.message("PostgreSQL does not stop; ending it at once, it repairs its files at the next start");
  const immediate = await stop("immediate", 30);
  if (immediate.code === 0) return true;
  // It may have gone between the two.
  if ((await probe(layout, password, account)).state === "down") return true;
  throw new UsyncError(`Cannot stop PostgreSQL (process ${seen.pidFile.pid}): ${lastLines(immediate.output, 3)}`, {
    hint: `Its logs are in ${layout.logs}.`,
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
