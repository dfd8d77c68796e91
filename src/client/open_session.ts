import { FolderInUseError } from "../data_folder/folder_lock.ts";
import { UsyncError } from "../domain/errors.ts";
import type { OpenOptions } from "../data_folder/open_store.ts";
import { proofOf } from "../service/access.ts";
import { readServiceFile, type ServiceFile } from "../service/service_file.ts";
import { LocalSession } from "../session/local_session.ts";
import type { Session } from "../session/session.ts";
import { RemoteSession } from "./remote_session.ts";

/** Milliseconds for which a folder that is in use is asked for again: a service may be starting or ending. */
const PATIENCE = 1000, PAUSE = 100;
const ANSWER_WITHIN_MS = 5000;

/** How a session is opened. `answerWithinMs`: how long a service may take to say that it is there. */
export type OpenSessionOptions = OpenOptions & { answerWithinMs?: number };

/** Opens the store of a data folder: itself, or through the service that owns it. */
export async function openSession(dataFolder: string, options: OpenSessionOptions = {}): Promise<Session> {
  const end = performance.now() + PATIENCE;
  while (true) {
    try {
      return await LocalSession.open(dataFolder, options);
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error;
      const found = await askService(dataFolder, options.answerWithinMs);
      if (found?.answers) return new RemoteSession(dataFolder, found.service);
      const silent = found && silentError(found.service, error);
      if (silent) throw silent;
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** What to say when what holds the folder is a service that does not answer; undefined when something else holds it. */
export function silentError({ url, pid }: ServiceFile, inUse: FolderInUseError): UsyncError | undefined {
  if (pid !== inUse.pid) return undefined;
  return new UsyncError(`${inUse.message}: the service on ${url}, which does not answer`, {
    hint: `It is stopped or very busy. Wait for it, or end the process ${pid}, and try again.`,
    cause: inUse,
  });
}

/** The service that serves a data folder; undefined when there is none that proves to be it. */
export async function findService(dataFolder: string): Promise<ServiceFile | undefined> {
  const found = await askService(dataFolder);
  return found?.answers ? found.service : undefined;
}

/** The service of a data folder, and whether it answers; undefined when there is none, or another program on its port. */
export async function askService(
  dataFolder: string,
  withinMs = ANSWER_WITHIN_MS,
): Promise<{ service: ServiceFile; answers: boolean } | undefined> {
  const service = await readServiceFile(dataFolder), answers = service && await provesItself(service, withinMs);
  return service && answers !== undefined ? { service, answers } : undefined;
}

/** False when it is silent, undefined when nothing listens there, or something else. */
async function provesItself({ url, token }: ServiceFile, withinMs: number): Promise<boolean | undefined> {
  const challenge = crypto.randomUUID();
  const { hostname, port } = new URL(url);
  using client = Deno.createHttpClient({ proxy: { transport: "tcp", hostname, port: Number(port) } });
  try {
    const signal = AbortSignal.timeout(withinMs);
    const response = await fetch(new URL(`/healthz?challenge=${challenge}`, url), { client, signal });
    return (await response.json()).proof === proofOf(token, challenge) || undefined;
  } catch (error) {
    return (error as Error).name === "TimeoutError" ? false : undefined;
  }
}
