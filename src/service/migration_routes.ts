import { z } from "zod";
import { UsyncError } from "../domain/errors.ts";
import { defaultSource, findRunning } from "../postgres_server/mod.ts";
import type { SessionMove } from "../session/session.ts";
import { HttpError } from "./http_error.ts";
import { migrationEvents } from "./migration_events.ts";
import { moveNeeds } from "./move_needs.ts";
import type { Parts } from "./parts.ts";
import { type Route, route } from "./route.ts";
import * as shapes from "./shapes.ts";

const state = shapes.migrationState.extend({
  changes: z.int().min(0).describe("How many changes to the store there were since the service started."),
  lacks_server: z.boolean().describe("Whether the move needs a PostgreSQL that is not installed yet."),
}).meta({ id: "MigrationState" });

/** Migrations. */
export function migrationRoutes({ session, job, changes }: Parts): Route[] {
  const stateOf = async (move: SessionMove = {}) => ({
    ...job.state,
    changes: changes.count,
    lacks_server: await session.lacksServer(move),
  });
  return [
    route({
      method: "get",
      path: "/api/migration",
      summary: "The migration that runs, else the last one; and whether a move (to this tier) lacks its server.",
      query: z.strictObject({ tier: shapes.moveWish.shape.tier }),
      answer: { schema: state },
      handle: ({ query }) => stateOf(query),
    }),
    route({
      method: "get",
      path: "/api/migration/events",
      summary:
        "The same as server-sent events of the type `state`: at once, and after every change, also to the store.",
      answer: { type: "text/event-stream", schema: state },
      handle: ({ ending }) => migrationEvents([job, changes], stateOf, ending),
    }),
    route({
      method: "get",
      path: "/api/migration/needs",
      summary: "What a move to a tier needs: room on the disk, and a PostgreSQL that is to be installed.",
      query: shapes.moveTarget,
      answer: { schema: shapes.moveNeeds },
      failures: [409],
      handle: ({ query }) => moveNeeds(session, query).catch(refuse),
    }),
    route({
      method: "get",
      path: "/api/migration/servers",
      summary: "The usual ports of this machine that a PostgreSQL listens on, which a store could move to.",
      answer: { schema: z.object({ ports: z.array(z.int()) }) },
      handle: async () => ({ ports: await findRunning() }),
    }),
    route({
      method: "post",
      path: "/api/migration",
      summary: "Starts a migration; without a tier, to the one that the size calls for.",
      json: shapes.moveWish,
      answer: { status: 202, schema: state },
      failures: [409],
      handle: async ({ body: { install, ...wish } }) => {
        if (!install && !wish.upgrade && !job.isRunning && await session.lacksServer(wish)) {
          throw new HttpError(
            409,
            "Cannot migrate: PostgreSQL is not installed in the data folder",
            'Send "install" with what it is to be installed from, or "default".',
          );
        }
        const source = install === "default" ? await defaultSource(session.dataFolder) : install?.source;
        job.start({ ...wish, install: install && { source } });
        return await stateOf(wish);
      },
    }),
    route({
      method: "post",
      path: "/api/migration/stop",
      summary:
        "Stops the migration that runs, unless it is about to switch; another one goes on with it. With `discard`, what it " +
        "or an earlier one has copied is removed.",
      json: z.strictObject({ discard: z.boolean().optional() }),
      answer: { schema: state },
      failures: [409],
      handle: async ({ body: { discard = false } }) => {
        await job.stop(discard);
        return await stateOf();
      },
    }),
    route({
      method: "post",
      path: "/api/migration/back",
      summary: "Goes back to the store before the last migration, while nothing was changed since.",
      answer: { schema: shapes.shape },
      failures: [409],
      handle: () => job.alone(() => session.migrateBack().catch(refuse)),
    }),
    route({
      method: "post",
      path: "/api/migration/discard-old",
      summary: "Removes what migrations have left behind.",
      answer: { schema: shapes.discarded },
      failures: [409],
      handle: () => job.alone(() => session.discardOld()),
    }),
  ];
}

/** What the store's state does not allow is no failure of the service. */
function refuse(error: unknown): never {
  throw error instanceof UsyncError ? new HttpError(409, error.message, error.hint) : error;
}
