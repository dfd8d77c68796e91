import { resolve } from "node:path";
import { BackupRecord } from "../backup/backup_record.ts";
import { type BackupReport, makeBackup } from "../backup/make_backup.ts";
import { type RepairOptions, type RepairReport, repairStore } from "../backup/repair_store.ts";
import { CachedStore } from "../cache/cached_store.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { currentServer } from "../data_folder/own_servers.ts";
import { openFolderStore, type OpenOptions } from "../data_folder/open_store.ts";
import { type Discarded, discardOld } from "../migration/discard_old.ts";
import { Growth, type GrowthListener } from "../migration/growth.ts";
import { migrate, migrateBack, type MoveProgress, type MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import { upgradeServer } from "../migration/upgrade_server.ts";
import { History } from "../monitoring/history.ts";
import { LocalMonitor } from "../monitoring/local_monitor.ts";
import { MeasuredStore } from "../monitoring/measured_store.ts";
import type { Monitor } from "../monitoring/monitor.ts";
import { PostgresServer, type Report } from "../postgres_server/mod.ts";
import { Scrub } from "../scrub/scrub.ts";
import { ScrubRecord } from "../scrub/scrub_record.ts";
import { type Setting, settingOf } from "../store/settings.ts";
import { StoreLayer } from "../store/store_layer.ts";
import { dueTier } from "../store/tier_policy.ts";
import type { ImportRecord } from "../transfer/import_record.ts";
import { Inbox, refuseInside } from "./inbox.ts";
import { ImportHistory } from "./import_history.ts";
import { moveStep } from "./move_step.ts";
import type { MoveListener, Session, SessionBackup, SessionMove } from "./session.ts";
import { statusOf } from "./status.ts";

const SILENT: MoveListener = { message() {}, progress() {} };

/** How a session is opened. */
export interface SessionOptions {
  /** Keeps what is read often in memory. */
  cache?: boolean;
  /** Milliseconds for which a file of the inbox must not change before it is read. */
  inboxQuietMs?: number;
}

/** The store of a data folder that this process owns, with its operations measured. */
export class LocalSession extends StoreLayer implements Session {
  readonly #store: FolderStore;
  readonly #monitor: LocalMonitor;
  readonly #growth: Growth;
  readonly #backups: BackupRecord;
  readonly #imports: ImportHistory;
  readonly #inbox: Inbox;
  readonly #scrubs: ScrubRecord;
  readonly #scrub: Scrub;
  /** One that the settings asked for and that is on its way. */
  #backup: Promise<BackupReport> | undefined;

  private constructor(store: FolderStore, { cache: isCached = false, inboxQuietMs }: SessionOptions) {
    const history = History.read(store.dataFolder, store.manifest.store_id);
    const cached = isCached ? new CachedStore(store) : undefined;
    const monitor = new LocalMonitor({ totals: () => store.totals(), cacheUse: () => cached?.use ?? null }, history);
    super(new MeasuredStore(cached ?? store, monitor.watch));
    this.#store = store;
    this.#backups = new BackupRecord(store.dataFolder);
    this.#imports = new ImportHistory(store.dataFolder);
    this.#inbox = new Inbox(this, inboxQuietMs);
    this.#scrubs = new ScrubRecord(store.dataFolder);
    this.#scrub = new Scrub(store, this.#scrubs, monitor.watch);
    this.#monitor = monitor;
    this.#growth = store.observer = new Growth(store);
    this.#measureGrowth();
  }

  /** What runs beside a growth is told apart. */
  #measureGrowth(): void {
    let end = () => {};
    this.#growth.listen(({ kind }) => {
      if (kind === "begun") end = this.#monitor.watch.begin("move");
      else if (kind !== "progress") {
        end();
        this.#monitor.storeChanged();
      }
    });
  }

  /** Opens the store in a data folder; see `openFolderStore`. */
  static async open(dataFolder: string, options: OpenOptions & SessionOptions = {}): Promise<LocalSession> {
    return new LocalSession(await openFolderStore(dataFolder, options), options);
  }

  /** What is measured of it. */
  get monitor(): Monitor {
    return this.#monitor;
  }

  get dataFolder(): string {
    return this.#store.dataFolder;
  }

  async status() {
    return await statusOf(this.#store, this.#monitor, this.#backups, this.#scrubs, await this.#inbox.status());
  }

  settings() {
    return Promise.resolve(this.#store.settings);
  }

  // deno-lint-ignore require-await
  async changeSetting(name: Setting, value: number | string): Promise<void> {
    if (name === "inbox" && value !== "") refuseInside(`${value}`, resolve(this.dataFolder), "the data folder");
    this.#store.settings = { ...this.#store.settings, [name]: value };
  }

  async lacksServer({ tier, url }: SessionMove): Promise<boolean> {
    const store = this.#store, { move, settings } = store.manifest;
    const asked = tier ?? move?.tier ?? null;
    if (asked === null && store.tier === "postgres") return false; // none is due; its size takes a server long
    const due = asked ?? dueTier(store.tier, await store.totals(), settings);
    if (due !== "postgres" || (url ?? move?.url ?? null) !== null) return false;
    const { state } = await (await this.#server()).status();
    return state === "absent" || state === "incomplete";
  }

  async migrate(
    { install, upgrade, ...wish }: SessionMove,
    { message, progress, signal }: MoveListener = SILENT,
  ): Promise<MoveReport | undefined> {
    const report = {
      message,
      progress: (step: string, done: number, total: number | undefined) =>
        progress({ step, done, total, unit: "bytes" }),
    };
    const onProgress = (done: MoveProgress) => progress(moveStep(done));
    if (upgrade) {
      return await this.#moving(() => upgradeServer(this.#store, { source: install?.source, report, onProgress }));
    }
    if (install) await (await this.#server(report, signal)).install(install.source);
    return await this.#moving(() => migrate(this.#store, { ...wish, signal, onProgress }));
  }

  /** The PostgreSQL that the store is in or would be moved into. */
  async #server(report?: Report, signal?: AbortSignal): Promise<PostgresServer> {
    const folder = await currentServer(this.dataFolder, this.#store.manifest);
    return new PostgresServer(this.dataFolder, { folder, report, signal });
  }

  onGrowth(listener: GrowthListener): void {
    this.#growth.listen(listener);
  }

  settleGrowth(): Promise<void> {
    return this.#growth.settle();
  }

  discardMove(): Promise<void> {
    return this.#store.oneMigration(() => this.#store.abandonMove());
  }

  migrateBack(): Promise<Shape> {
    return this.#moving(() => migrateBack(this.#store));
  }

  async #moving<T>(move: () => Promise<T>): Promise<T> {
    try {
      return await this.#monitor.watch.during("move", move);
    } finally {
      this.#monitor.storeChanged();
    }
  }

  async backup(folder: string, options?: SessionBackup): Promise<BackupReport> {
    try {
      const report = await this.#monitor.watch.during("upkeep", () => makeBackup(this.#store, folder, options));
      this.#backups.made(report);
      return report;
    } catch (error) {
      this.#backups.failed(folder, error);
      throw error;
    }
  }

  repair(options: RepairOptions = {}): Promise<RepairReport> {
    const from = options.from ?? (settingOf(this.#store.settings, "backup.folder") || undefined);
    return this.#moving(() => repairStore(this.#store, { ...options, from }));
  }

  async makeDueBackup(): Promise<void> {
    const { settings } = this.#store;
    if (this.#backup || !this.#backups.isDue(settings, new Date())) return;
    this.#backup = this.backup(settingOf(settings, "backup.folder"), { keep: settingOf(settings, "backup.keep") });
    await this.#backup.catch(() => {}); // it is in the record
    this.#backup = undefined;
  }

  scrubIfDue(): Promise<void> {
    return this.#scrub.runIfDue();
  }

  imports(): Promise<ImportRecord[]> {
    return Promise.resolve(this.#imports.records);
  }

  async lookAtInbox(ending: AbortSignal): Promise<number | undefined> {
    await this.#inbox.look(ending);
    return this.#inbox.lookAgainMs;
  }

  noteImport(record: ImportRecord): Promise<void> {
    return Promise.resolve(this.#imports.add(record));
  }

  discardOld(): Promise<Discarded> {
    return discardOld(this.#store);
  }

  /** Removes what earlier migrations could not, as far as that can be done by now. */
  async cleanUp(): Promise<void> {
    await this.#store.removeLeftovers({ servers: true });
  }

  override async close(): Promise<void> {
    await this.#scrub.stop();
    await this.#monitor.close();
    await super.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
