import { Service, type ServiceOptions } from "../../src/service/service.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import { checkedFetch } from "./checked_fetch.ts";
import { inTempFolder } from "./temp_folder.ts";
import { linesOf } from "./child_program.ts";
import { type CliOptions, spawnCli } from "./run_cli.ts";
import { join } from "node:path";

/** A service in this process, and how to talk to it. */
export interface TestService {
  data: string;
  session: LocalSession;
  service: Service;
  /** Asks an operation by its path, with the token unless told otherwise. Answers are checked against the description. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The same, for an answer of JSON. */
  json<T = Record<string, unknown>>(path: string, init?: RequestInit): Promise<[number, T]>;
}

/** Runs a test with a service over a new store. */
export function inService(run: (test: TestService) => Promise<void>, options: ServiceOptions = {}): Promise<void> {
  return inTempFolder(async (folder) => {
    const data = join(folder, "data"), session = await LocalSession.open(data, { inboxQuietMs: 20 });
    const service = await Service.start(session, { port: 0, ...options });
    const ask = (path: string, init: RequestInit = {}) => {
      const headers = new Headers(init.headers);
      if (!headers.has("Authorization")) headers.set("Authorization", `Bearer ${service.token}`);
      return checkedFetch(service.url + path, { ...init, headers });
    };
    const json = async <T>(path: string, init?: RequestInit): Promise<[number, T]> => {
      const response = await ask(path, init);
      return [response.status, await response.json()];
    };
    try {
      await run({ data, session, service, ask, json });
    } finally {
      await service.close();
      await session.close();
    }
  });
}

/** A service in a process of its own. */
export interface ServeProcess {
  url: string;
  token: string;
  child: Deno.ChildProcess;
  /** Waits for its end; what it has printed to standard error. */
  end(): Promise<{ code: number; signal: Deno.Signal | null; stderr: string }>;
}

/** Starts `serve` on a data folder and waits until it listens. */
export function startServe(data: string, args?: string[], options?: CliOptions): Promise<ServeProcess> {
  return listening(spawnServe(data, args, options));
}

/** Starts `serve` on a data folder. */
export function spawnServe(data: string, args = ["--port", "0"], options: CliOptions = {}): Deno.ChildProcess {
  return spawnCli(["--data", data, "--json", "serve", "--no-open", ...args], options);
}

/** Waits until `serve` listens; throws when it ends before. */
export async function listening(child: Deno.ChildProcess): Promise<ServeProcess> {
  const stderr = new Response(child.stderr).text(), lines = linesOf(child.stdout);
  const { value, done } = await lines.next();
  if (done || !value) throw new Error(`serve has ended: ${await stderr}`);
  const { url, page } = JSON.parse(value);
  const end = async () => {
    for await (const _ of lines);
    const { code, signal } = await child.status;
    return { code, signal, stderr: await stderr };
  };
  return { url, token: new URL(page).hash.replace("#token=", ""), child, end };
}
