import { FolderInUseError } from "../data_folder/folder_lock.ts";
import type { OpenOptions } from "../data_folder/open_store.ts";
import { proofOf } from "../service/access.ts";
import { readServiceFile, type ServiceFile } from "../service/service_file.ts";
import { LocalSession } from "../session/local_session.ts";
import type { Session } from "../session/session.ts";
import { RemoteSession } from "./remote_session.ts";

/** Milliseconds for which a folder that is in use is asked for again: a service may be starting or ending. */
const PATIENCE = 1000, PAUSE = 100;
const ANSWER_WITHIN = 5000;

/** Opens the store of a data folder: itself, or through the service that owns it. */
export async function openSession(dataFolder: string, options: OpenOptions = {}): Promise<Session> {
  const end = performance.now() + PATIENCE;
  while (true) {
    try {
      return await LocalSession.open(dataFolder, options);
    } catch (error) {
      if (!(error instanceof FolderInUseError)) throw error;
      const service = await findService(dataFolder);
      if (service) return new RemoteSession(dataFolder, service);
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The service that serves a data folder; undefined when there is none that proves to be it. */
export async function findService(dataFolder: string): Promise<ServiceFile | undefined> {
  const service = await readServiceFile(dataFolder);
  return service && await isAlive(service) ? service : undefined;
}

async function isAlive({ url, token }: ServiceFile): Promise<boolean> {
  const challenge = crypto.randomUUID();
  const { hostname, port } = new URL(url);
  using client = Deno.createHttpClient({ proxy: { transport: "tcp", hostname, port: Number(port) } });
  try {
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const response = await fetch(new URL(`/healthz?challenge=${challenge}`, url), { client, signal });
    return (await response.json()).proof === proofOf(token, challenge);
  } catch {
    return false; // nothing listens there, or something else
  }
}
