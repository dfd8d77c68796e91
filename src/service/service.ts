import { getRequestListener } from "@hono/node-server";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UsyncError } from "../domain/errors.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import type { Session } from "../session/session.ts";
import { type AppParts, makeApp } from "./app.ts";
import { ChangeFeed } from "./change_feed.ts";
import { boundConnections } from "./connections.ts";
import { MOST_CONNECTIONS, MOST_LONG, Slots } from "./limits.ts";
import { InboxWatch } from "./inbox_watch.ts";
import { ImportJob } from "./import_job.ts";
import { Loads } from "./loads.ts";
import { Metrics } from "./metrics.ts";
import { MigrationJob } from "./migration_job.ts";
import { PAGE_FILES } from "../page/page_files.ts";
import { lastingToken, removeServiceFile, writeServiceFile } from "./service_file.ts";
import { cutOffSlowReaders } from "./slow_readers.ts";

/** The port unless told otherwise; where it is busy, any free one. */
export const DEFAULT_PORT = 7119;

/** How long clients may take, in milliseconds. */
export interface Patience {
  /** For the headers of a request. */
  headers: number;
  /** Until something more of a body comes. */
  body: number;
  /** Until something more of an answer is read. */
  answer: number;
  /** Between two requests on a connection. */
  idle: number;
}

const PATIENCE: Patience = { headers: 10_000, body: 60_000, answer: 30_000, idle: 65_000 };
const HEADER_BYTES = 80 * 1024;

export interface ServiceOptions {
  /** The port; throws when it is busy. `DEFAULT_PORT`, or a free one, when left out. */
  port?: number;
  /** Where the session is measured. */
  monitor?: Monitor;
  patience?: Partial<Patience>;
  /** Milliseconds after which the limits of the tier are looked at although nothing is written; an hour by default. */
  lookAfter?: number;
  /** Milliseconds after which it is looked whether a backup or a scrub is due; a minute by default. */
  backupLook?: number;
  /** Milliseconds after which the inbox is looked at although nothing was told of it; 20 seconds by default. */
  inboxLook?: number;
  /** Told what is worth knowing. */
  message?: (text: string) => void;
}

const HOUR = 3_600_000, MINUTE = 60_000;

/** Milliseconds that requests have to finish at the end of the service. */
const GRACE = 400;

/** Serves a session on 127.0.0.1. */
export class Service {
  readonly url: string;
  /** What all but the page's own files needs. */
  readonly token: string;
  #server: Server;
  #session: Session;
  #job: MigrationJob;
  #loads: Loads;
  #imports: ImportJob;
  #ending: AbortController;
  #inbox: InboxWatch;
  #lookTimer: ReturnType<typeof setInterval>;
  #backupTimer: ReturnType<typeof setInterval>;

  private constructor(
    server: Server,
    url: string,
    { token, session, job, loads, imports, changes }: AppParts,
    ending: AbortController,
    { lookAfter = HOUR, backupLook = MINUTE, inboxLook }: ServiceOptions,
  ) {
    [this.#server, this.#session, this.#job, this.#loads, this.#ending] = [server, session, job, loads, ending];
    [this.url, this.token, this.#imports] = [url, token, imports];
    this.#lookTimer = setInterval(() => void session.settleGrowth(), lookAfter);
    this.#inbox = new InboxWatch(session, changes, inboxLook);
    this.#backupTimer = setInterval(() => {
      void session.makeDueBackup();
      void session.scrubIfDue();
    }, backupLook);
  }

  /** Starts to listen, and tells where in `service.json`. The session stays the caller's to close. */
  static async start(session: Session, options: ServiceOptions = {}): Promise<Service> {
    const { port, monitor, message = () => {} } = options, patience = { ...PATIENCE, ...options.patience };
    const server = createServer({
      headersTimeout: patience.headers,
      requestTimeout: 0, // bodies have bounds of their own: an upload may take hours
      keepAliveTimeout: patience.idle,
      maxHeaderSize: HEADER_BYTES,
      connectionsCheckingInterval: patience.headers / 10,
    });
    boundConnections(server, MOST_CONNECTIONS);
    cutOffSlowReaders(server, patience.answer);
    const ending = new AbortController();
    const changes = new ChangeFeed();
    const parts: AppParts = {
      session,
      changes,
      imports: new ImportJob(session, changes),
      monitor,
      metrics: new Metrics(),
      long: new Slots(MOST_LONG, "operations on the whole store"),
      loads: new Loads(session),
      job: new MigrationJob(session),
      page: PAGE_FILES,
      token: await lastingToken(session.dataFolder, message),
      port: await listenOn(server, port),
      ending: ending.signal,
      bodyWithin: patience.body,
    };
    server.on("request", getRequestListener(makeApp(parts).fetch, { overrideGlobalObjects: false }));
    void session.settleGrowth(); // one that a kill has cut off goes on
    const service = new Service(server, `http://127.0.0.1:${parts.port}`, parts, ending, options);
    await writeServiceFile(session.dataFolder, service, message);
    return service;
  }

  /** Whether a migration is on its way. */
  get isMigrating(): boolean {
    return this.#job.isRunning;
  }

  /** Ends the service: takes no new requests; those that run finish, are told, or are cut off. */
  async close(): Promise<void> {
    removeServiceFile(this.#session.dataFolder);
    clearInterval(this.#lookTimer);
    clearInterval(this.#backupTimer);
    this.#ending.abort();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), GRACE);
    await closed;
    clearTimeout(timer);
    await this.#imports.cancel();
    await this.#inbox.close();
    await this.#loads.ready();
  }
}

async function listenOn(server: Server, port: number | undefined): Promise<number> {
  try {
    return await listen(server, port ?? DEFAULT_PORT);
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    if (port === undefined) return await listen(server, 0);
    throw new UsyncError(`Cannot listen on port ${port}: something else does`, {
      hint: "Name another (--port N), or none: then a free one is taken.",
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
