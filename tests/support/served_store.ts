import { RemoteSession } from "../../src/client/remote_session.ts";
import { Service } from "../../src/service/service.ts";
import { LocalSession } from "../../src/session/local_session.ts";
import type { Store, Tier } from "../../src/store/store.ts";
import { checkService } from "./checked_fetch.ts";

/** A store behind a service: everything goes through HTTP, and is checked. Its end is the service's, too. */
export class ServedStore extends RemoteSession implements Store {
  readonly tier: Tier;
  readonly service: Service;
  readonly #local: LocalSession;

  private constructor(local: LocalSession, service: Service, tier: Tier) {
    super(local.dataFolder, service);
    [this.#local, this.service, this.tier] = [local, service, tier];
  }

  /** Opens the store in a data folder, makes it where there is none, and serves it on any port. */
  static async open(dataFolder: string): Promise<ServedStore> {
    const local = await LocalSession.open(dataFolder, { cache: true });
    const service = await Service.start(local, { port: 0, monitor: local.monitor });
    checkService(service.url);
    return new ServedStore(local, service, (await local.status()).tier);
  }

  #closing: Promise<void> | undefined;

  override close(): Promise<void> {
    return this.#closing ??= super.close().then(() => this.service.close()).then(() => this.#local.close());
  }
}
