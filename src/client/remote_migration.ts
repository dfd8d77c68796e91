import { UsyncError } from "../domain/errors.ts";
import type { GrowthEvent } from "../migration/growth.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { MoveListener, MoveStep, SessionMove } from "../session/session.ts";
import { failureError, type ServiceClient } from "./service_client.ts";

/** How far the migration of a service is, as it tells. */
interface State {
  id: number;
  running: boolean;
  step: MoveStep | null;
  messages: string[];
  result: (MoveReport & { moved: true }) | { moved: false } | null;
  error: { error: string; hint: string | null } | null;
}

/** Starts a migration in a service and waits for its end. */
export async function followMigration(
  client: ServiceClient,
  move: SessionMove,
  listener?: MoveListener,
): Promise<MoveReport | undefined> {
  const { id } = await client.send<State>("POST", "/api/migration", {}, { json: move });
  let told = 0;
  for await (const line of client.lines("/api/migration/events")) {
    if (!line.startsWith("data: ")) continue;
    const state: State = JSON.parse(line.slice("data: ".length));
    if (state.id !== id) break;
    for (const message of state.messages.slice(told)) listener?.message(message);
    told = state.messages.length;
    if (state.step) listener?.progress(state.step);
    if (state.error) throw failureError(state.error);
    if (state.result) return reportOf(state.result);
  }
  throw new UsyncError("Cannot tell how the migration ended: the service tells of it no more", {
    hint: "`usync-db status` shows where the store is.",
  });
}

/** The number of the last migration of a service. */
export async function lastMigration(client: ServiceClient): Promise<number> {
  return (await client.get<State>("/api/migration")).id;
}

/** What became of the growth that a service has begun after a migration; waits for its end. Undefined when there was none. */
export async function growthSince(client: ServiceClient, before: number): Promise<GrowthEvent | undefined> {
  for await (const line of client.lines("/api/migration/events")) {
    if (!line.startsWith("data: ")) continue;
    const { id, running, result, error }: State = JSON.parse(line.slice("data: ".length));
    if (id === before) return undefined;
    if (running) continue;
    if (error) return { kind: "failed", error: failureError(error) };
    const report = result && reportOf(result);
    return report?.from.tier === "sqlite" && report.to.tier === "sharded" ? { kind: "grown", report } : undefined;
  }
}

function reportOf(result: (MoveReport & { moved: true }) | { moved: false }): MoveReport | undefined {
  if (!result.moved) return undefined;
  const { moved: _, ...report } = result;
  return report;
}
