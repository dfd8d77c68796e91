import { resolve } from "node:path";
import type { BackupReport } from "../backup/make_backup.ts";
import type { RepairOptions, RepairReport } from "../backup/repair_store.ts";
import type { FileRecord } from "../domain/records.ts";
import type { Discarded } from "../migration/discard_old.ts";
import type { GrowthListener } from "../migration/growth.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import type { MoveListener, MoveStep, Session, SessionBackup, SessionMove } from "../session/session.ts";
import type { Status } from "../session/status.ts";
import { OperationLayer } from "../store/operation_layer.ts";
import { type Answer, type Args, type Change, CHANGES, type Changes, type Queries } from "../store/operations.ts";
import { type Setting, SETTINGS, type Settings } from "../store/settings.ts";
import type { BulkLoad, OnProgress, PutCounts, VerifyReport } from "../store/store.ts";
import type { ImportRecord } from "../transfer/import_record.ts";
import { InOrder } from "./in_order.ts";
import { type Files, RemoteLoad, sendFiles } from "./remote_load.ts";
import { askService, changeInService } from "./remote_operations.ts";
import { followMigration, growthSince, lastMigration } from "./remote_migration.ts";
import { failureError, type ServiceAddress, ServiceClient } from "./service_client.ts";

/** The store of a data folder that a service owns. */
export class RemoteSession extends OperationLayer implements Session {
  readonly dataFolder: string;
  readonly #client: ServiceClient;
  readonly #inOrder = new InOrder();
  readonly #growthListeners: GrowthListener[] = [];
  /** The last migration before anybody listened. */
  #migrationBefore: Promise<number> | undefined;

  constructor(dataFolder: string, service: ServiceAddress) {
    super();
    this.dataFolder = dataFolder;
    this.#client = new ServiceClient(service);
  }

  async status(): Promise<Status> {
    return { ...await this.#client.get<Status>("/api/status"), data_folder: resolve(this.dataFolder) };
  }

  async settings(): Promise<Settings> {
    const all = Object.entries(await this.#client.get<Record<Setting, number | string>>("/api/settings"));
    return Object.fromEntries(all.filter(([name, value]) => SETTINGS[name as Setting].default !== value));
  }

  async changeSetting(name: Setting, value: number | string): Promise<void> {
    await this.#client.send("PUT", "/api/settings", {}, { json: { [name]: value } });
  }

  async lacksServer({ tier, url }: SessionMove): Promise<boolean> {
    if (url !== undefined) return false;
    return (await this.#client.get<{ lacks_server: boolean }>("/api/migration", { tier })).lacks_server;
  }

  migrate(move: SessionMove, listener?: MoveListener): Promise<MoveReport | undefined> {
    return followMigration(this.#client, move, listener);
  }

  onGrowth(listener: GrowthListener): void {
    this.#growthListeners.push(listener);
    this.#migrationBefore ??= lastMigration(this.#client);
    this.#migrationBefore.catch(() => {}); // `settleGrowth` throws it
  }

  /** The store grows in the service; its listeners are told here. */
  async settleGrowth(): Promise<void> {
    const event = await growthSince(this.#client, await this.#migrationBefore ?? 0);
    if (event) { for (const listener of this.#growthListeners) listener(event); }
  }

  async discardMove(): Promise<void> {
    await this.#client.send("POST", "/api/migration/stop", {}, { json: { discard: true } });
  }

  migrateBack(): Promise<Shape> {
    return this.#client.send("POST", "/api/migration/back");
  }

  backup(folder: string, { keep, onProgress }: SessionBackup = {}): Promise<BackupReport> {
    return this.#report("/api/backup", { folder, keep }, onProgress);
  }

  repair({ from, onProgress }: RepairOptions = {}): Promise<RepairReport> {
    return this.#report("/api/repair", { from }, onProgress);
  }

  /** Has the service do something long, which it tells the progress of, then its report. */
  async #report<T>(path: string, json: unknown, onProgress: (step: MoveStep) => void = () => {}): Promise<T> {
    for await (const line of this.#client.lines(path, { method: "POST", json })) {
      const value = JSON.parse(line);
      if (value.report) return value.report;
      if (value.error) throw failureError(value);
      onProgress(value.progress);
    }
    throw failureError({ error: "Cannot tell how it ended: the service has ended", hint: "Run the command again." });
  }

  /** The service makes it by itself. */
  async makeDueBackup(): Promise<void> {}

  async imports(): Promise<ImportRecord[]> {
    return (await this.#client.get<{ imports: ImportRecord[] }>("/api/imports")).imports;
  }

  /** The service looks by itself. */
  lookAtInbox(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async noteImport(record: ImportRecord): Promise<void> {
    await this.#client.send("POST", "/api/imports", {}, { json: record }).catch(() => {}); // see Session
  }

  /** The service does so. */
  async scrubIfDue(): Promise<void> {}

  discardOld(): Promise<Discarded> {
    return this.#client.send("POST", "/api/migration/discard-old");
  }

  protected override query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>> {
    return askService(this.#client, name, args) as Promise<Answer<N>>;
  }

  /** Changes to the same files are made in the order they were asked for. */
  // deno-lint-ignore require-await
  protected override async change<N extends keyof Changes>(name: N, [argument]: Args<N>): Promise<Answer<N>> {
    const { body, fileIds }: Change<N> = CHANGES[name], checked = body ? body.check(argument) : argument;
    return this.#inOrder.run(
      fileIds(...[checked] as unknown as Args<N>),
      () => changeInService(this.#client, name, checked) as Promise<Answer<N>>,
    );
  }

  putFiles(files: Files): Promise<PutCounts> {
    return sendFiles(this.#client, files);
  }

  bulkLoad(): BulkLoad {
    return new RemoteLoad(this.#client);
  }

  async *stream(): AsyncGenerator<FileRecord> {
    for await (const line of this.#client.lines("/api/records")) {
      const value = JSON.parse(line);
      if (value.file_id === undefined) throw failureError(value);
      yield value;
    }
  }

  async verify(onProgress?: OnProgress): Promise<VerifyReport> {
    for await (const line of this.#client.lines("/api/verify")) {
      const value = JSON.parse(line);
      if (value.report) return value.report;
      if (value.error) throw failureError(value);
      onProgress?.(value.progress);
    }
    throw failureError({ error: "Cannot verify: the service has ended", hint: "Run the command again." });
  }

  async optimize(): Promise<void> {
    await this.#client.send("POST", "/api/optimize");
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
