import { resolve } from "node:path";
import type { BackupReport } from "../backup/make_backup.ts";
import type { RepairOptions, RepairReport } from "../backup/repair_store.ts";
import { checkRecord } from "../domain/check_record.ts";
import type { FileRecord, FileSummary, FolderSummary, Segment, SegmentOfFile } from "../domain/records.ts";
import type { Discarded } from "../migration/discard_old.ts";
import type { GrowthListener } from "../migration/growth.ts";
import type { MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import type { MoveListener, MoveStep, Session, SessionBackup, SessionMove } from "../session/session.ts";
import type { Status } from "../session/status.ts";
import type { FoundAnswer } from "../service/shapes.ts";
import { checkLimit, checkSegmentsOptions } from "../store/check_limit.ts";
import { checkUpdate } from "../store/check_update.ts";
import { placeInFileText, placeText } from "../store/place_text.ts";
import { type Setting, SETTINGS, type Settings } from "../store/settings.ts";
import type {
  BulkLoad,
  FoundSegments,
  OnProgress,
  PutCounts,
  PutOutcome,
  SearchPage,
  SegmentPlace,
  SegmentsOptions,
  SegmentUpdate,
  Totals,
  VerifyReport,
} from "../store/store.ts";
import type { ImportRecord } from "../transfer/import_record.ts";
import { InOrder } from "./in_order.ts";
import { type Files, RemoteLoad, sendFiles } from "./remote_load.ts";
import { followMigration, growthSince, lastMigration } from "./remote_migration.ts";
import { failureError, type ServiceAddress, ServiceClient } from "./service_client.ts";

/** The most that the service lists at once. */
const PAGE = 10_000;
/** Letters of a query that fit into an address whatever they are. */
const LONGEST_QUERY = 5000;

/** The store of a data folder that a service owns. */
export class RemoteSession implements Session {
  readonly dataFolder: string;
  readonly #client: ServiceClient;
  readonly #inOrder = new InOrder();
  readonly #growthListeners: GrowthListener[] = [];
  /** The last migration before anybody listened. */
  #migrationBefore: Promise<number> | undefined;

  constructor(dataFolder: string, service: ServiceAddress) {
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

  discardOld(): Promise<Discarded> {
    return this.#client.send("POST", "/api/migration/discard-old");
  }

  // deno-lint-ignore require-await
  async putFile(file: FileRecord): Promise<PutOutcome> {
    const json = checkRecord(file);
    return this.#inOrder.run([json.file_id], async () => {
      return (await this.#client.send<{ outcome: PutOutcome }>("PUT", "/api/file", {}, { json })).outcome;
    });
  }

  putFiles(files: Files): Promise<PutCounts> {
    return sendFiles(this.#client, files);
  }

  bulkLoad(): BulkLoad {
    return new RemoteLoad(this.#client);
  }

  // deno-lint-ignore require-await
  async updateSegments(updates: SegmentUpdate[]): Promise<SegmentPlace[]> {
    const json = updates.map(checkUpdate);
    return this.#inOrder.run(json.map(({ file_id }) => file_id), async () => {
      return (await this.#client.send<{ missing: SegmentPlace[] }>("POST", "/api/segments", {}, { json })).missing;
    });
  }

  deleteFile(file_id: string): Promise<boolean> {
    return this.#inOrder.run([file_id], async () => {
      return (await this.#client.send<{ deleted: boolean }>("DELETE", "/api/file", { file_id })).deleted;
    });
  }

  file(file_id: string): Promise<FileSummary | undefined> {
    return this.#client.find("/api/file", { file_id });
  }

  record(file_id: string): Promise<FileRecord | undefined> {
    return this.#client.find("/api/record", { file_id });
  }

  async segments(file_id: string, options: SegmentsOptions = {}): Promise<Segment[] | undefined> {
    const { limit = Infinity } = checkSegmentsOptions(options), after = options.after && placeInFileText(options.after);
    return await upTo(limit, after, async (range) => {
      const page = await this.#client.find<{ segments: Segment[]; next: string | null }>("/api/segments", {
        file_id,
        ...range,
      });
      return page && { items: page.segments, next: page.next };
    });
  }

  async findMessageId(message_id: string): Promise<SegmentOfFile | undefined> {
    return (await this.findSegments(message_id, { limit: 1 })).found[0]?.segment;
  }

  async findSegments(message_id: string, options: { limit?: number } = {}): Promise<FoundSegments> {
    const limit = Math.min(checkLimit(options.limit), PAGE);
    const answer = await this.#client.find<FoundAnswer>("/api/find", { message_id, limit });
    return { found: answer?.found ?? [], hasMore: answer?.has_more ?? false };
  }

  async pending(options: { limit?: number; after?: SegmentPlace } = {}): Promise<SegmentOfFile[]> {
    return await this.#list("pending", "segments", { ...options, after: options.after && placeText(options.after) });
  }

  async files(options: { folder?: string; limit?: number; after?: string } = {}): Promise<FileSummary[]> {
    return await this.#list("files", "files", options);
  }

  newest(options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    return this.#searchPage(options, (query) => this.#client.get("/api/newest", query));
  }

  async folders(options: { limit?: number; after?: string } = {}): Promise<FolderSummary[]> {
    return await this.#list("folders", "folders", options);
  }

  /** A list that the service gives in pages, each with its items under a key. */
  async #list<T>(
    route: string,
    key: string,
    { limit, after, ...query }: { limit?: number; after?: string; folder?: string },
  ): Promise<T[]> {
    const items = await upTo(checkLimit(limit), after, async (range) => {
      const page = await this.#client.get<Record<string, unknown>>(`/api/${route}`, { ...query, ...range });
      return { items: page[key] as T[], next: page.next as string | null };
    });
    return items!;
  }

  search(words: string, options: { limit?: number; after?: string } = {}): Promise<SearchPage> {
    const isLong = words.length > LONGEST_QUERY;
    return this.#searchPage(options, (page) => {
      const query = { words, ...page };
      return isLong
        ? this.#client.send("POST", "/api/search", {}, { json: query })
        : this.#client.get("/api/search", query);
    });
  }

  /** As many pages of a service as a page of the caller takes. */
  async #searchPage(
    options: { limit?: number; after?: string },
    read: (query: { limit: number; after: string | undefined }) => Promise<SearchPage>,
  ): Promise<SearchPage> {
    const most = checkLimit(options.limit), files: FileSummary[] = [];
    let { after } = options;
    while (true) {
      const page = await read({ limit: Math.min(most - files.length, PAGE), after });
      files.push(...page.files);
      if (page.next === null || files.length >= most) return { files, next: page.next };
      after = page.next;
    }
  }

  totals(): Promise<Totals> {
    return this.#client.get("/api/totals");
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

/** Gathers so many items of pages after a place; undefined where there is no first page. */
async function upTo<T>(
  limit: number,
  after: string | undefined,
  read: (
    range: { limit: number; after: string | undefined },
  ) => Promise<{ items: T[]; next: string | null } | undefined>,
): Promise<T[] | undefined> {
  const found: T[] = [];
  while (true) {
    const page = await read({ limit: Math.min(limit - found.length, PAGE), after });
    if (!page) return undefined;
    found.push(...page.items);
    if (page.next === null || found.length >= limit) return found;
    after = page.next;
  }
}
