import type { FolderStore } from "../data_folder/folder_store.ts";
import { type OpenOptions, openStore } from "../data_folder/open_store.ts";
import type { FileRecord } from "../domain/records.ts";
import { migrate, migrateBack, type MoveReport } from "../migration/migrate.ts";
import type { Shape } from "../migration/plan_move.ts";
import { PostgresServer } from "../postgres_server/mod.ts";
import type { Setting } from "../store/settings.ts";
import type { OnProgress, SegmentPlace, SegmentUpdate } from "../store/store.ts";
import { dueTier } from "../store/tier_policy.ts";
import type { MoveListener, Session, SessionMove } from "./session.ts";
import { statusOf } from "./status.ts";

const SILENT: MoveListener = { message() {}, progress() {} };
const STEPS = { copying: "Copying", verifying: "Verifying" };

/** The store of a data folder that this process owns. */
export class LocalSession implements Session {
  readonly #store: FolderStore;

  private constructor(store: FolderStore) {
    this.#store = store;
  }

  /** Opens the store in a data folder; see `openStore`. */
  static async open(dataFolder: string, options: OpenOptions = {}): Promise<LocalSession> {
    return new LocalSession(await openStore(dataFolder, options));
  }

  get dataFolder(): string {
    return this.#store.dataFolder;
  }

  status() {
    return statusOf(this.#store);
  }

  settings() {
    return Promise.resolve(this.#store.settings);
  }

  // deno-lint-ignore require-await
  async changeSetting(name: Setting, value: number): Promise<void> {
    this.#store.settings = { ...this.#store.settings, [name]: value };
  }

  async lacksServer({ tier, url }: SessionMove): Promise<boolean> {
    const store = this.#store, { move, settings } = store.manifest;
    const due = tier ?? move?.tier ?? dueTier(store.tier, await store.totals(), settings);
    if (due !== "postgres" || (url ?? move?.url ?? null) !== null) return false;
    const { state } = await new PostgresServer(store.dataFolder).status();
    return state === "absent" || state === "incomplete";
  }

  async migrate(
    { install, ...wish }: SessionMove,
    { message, progress }: MoveListener = SILENT,
  ): Promise<MoveReport | undefined> {
    if (install) {
      const report = {
        message,
        progress: (step: string, done: number, total: number | undefined) =>
          progress({ step, done, total, unit: "bytes" }),
      };
      await new PostgresServer(this.dataFolder, { report }).install(install.source);
    }
    return await migrate(this.#store, {
      ...wish,
      onProgress: ({ step, segments, total }) =>
        progress({ step: STEPS[step], done: segments, total, unit: "segments" }),
    });
  }

  migrateBack(): Promise<Shape> {
    return migrateBack(this.#store);
  }

  async discardOld(): Promise<number> {
    const count = this.#store.manifest.old.length;
    await this.#store.discardOld();
    return count;
  }

  putFile(file: FileRecord) {
    return this.#store.putFile(file);
  }

  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>) {
    return this.#store.putFiles(files);
  }

  bulkLoad() {
    return this.#store.bulkLoad();
  }

  updateSegments(updates: SegmentUpdate[]) {
    return this.#store.updateSegments(updates);
  }

  deleteFile(fileId: string) {
    return this.#store.deleteFile(fileId);
  }

  file(fileId: string) {
    return this.#store.file(fileId);
  }

  record(fileId: string) {
    return this.#store.record(fileId);
  }

  segments(fileId: string) {
    return this.#store.segments(fileId);
  }

  findMessageId(messageId: string) {
    return this.#store.findMessageId(messageId);
  }

  pending(options?: { limit?: number; after?: SegmentPlace }) {
    return this.#store.pending(options);
  }

  files(options?: { folder?: string; limit?: number; after?: string }) {
    return this.#store.files(options);
  }

  search(words: string, options?: { limit?: number; after?: string }) {
    return this.#store.search(words, options);
  }

  totals() {
    return this.#store.totals();
  }

  stream() {
    return this.#store.stream();
  }

  verify(onProgress?: OnProgress) {
    return this.#store.verify(onProgress);
  }

  optimize() {
    return this.#store.optimize();
  }

  close() {
    return this.#store.close();
  }

  [Symbol.asyncDispose]() {
    return this.close();
  }
}
