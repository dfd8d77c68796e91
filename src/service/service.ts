import { getRequestListener } from "@hono/node-server";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { UsyncError } from "../domain/errors.ts";
import { newPassword } from "../postgres_server/password.ts";
import type { Session } from "../session/session.ts";
import { makeApp } from "./app.ts";
import { Loads } from "./loads.ts";
import { MigrationJob } from "./migration_job.ts";
import { pageFiles } from "./page_files.ts";
import { removeServiceFile, writeServiceFile } from "./service_file.ts";
import { removeSpools } from "./spool.ts";

/** The port unless told otherwise; where it is busy, any free one. */
export const DEFAULT_PORT = 7119;

export interface ServiceOptions {
  /** The port; throws when it is busy. `DEFAULT_PORT`, or a free one, when left out. */
  port?: number;
  /** Told what is worth knowing. */
  message?: (text: string) => void;
}

/** Serves a session on 127.0.0.1. */
export class Service {
  readonly url: string;
  /** What changes need. */
  readonly token: string;
  #server: Server;
  #session: Session;
  #job: MigrationJob;
  #loads: Loads;

  private constructor(server: Server, session: Session, url: string, token: string, job: MigrationJob, loads: Loads) {
    [this.#server, this.#session, this.#job, this.#loads] = [server, session, job, loads];
    [this.url, this.token] = [url, token];
  }

  /** Starts to listen, and tells where in `service.json`. The session stays the caller's to close. */
  static async start(session: Session, { port, message = () => {} }: ServiceOptions = {}): Promise<Service> {
    removeSpools(session.dataFolder);
    const token = newPassword(), job = new MigrationJob(session), loads = new Loads(session), page = await pageFiles();
    let listener = (_request: unknown, _response: unknown) => {};
    const server = createServer({ headersTimeout: 10_000, requestTimeout: 0, keepAliveTimeout: 65_000 }, (...pair) => {
      listener(...pair);
    });
    const listening = await listenOn(server, port);
    const url = `http://127.0.0.1:${listening}`;
    const app = makeApp({ session, loads, job, page, token, port: listening });
    listener = getRequestListener(app.fetch, { overrideGlobalObjects: false }) as typeof listener;
    await writeServiceFile(session.dataFolder, { url, token }, { message, progress() {} });
    return new Service(server, session, url, token, job, loads);
  }

  /** Whether a migration is on its way. */
  get isMigrating(): boolean {
    return this.#job.isRunning;
  }

  /** Ends the service: no new requests; those that run are finished or cut off. */
  async close(): Promise<void> {
    removeServiceFile(this.#session.dataFolder);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), 500);
    await closed;
    clearTimeout(timer);
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
