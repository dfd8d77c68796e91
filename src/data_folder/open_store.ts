import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { SqliteStore } from "../sqlite/sqlite_store.ts";
import type { OnProgress, SegmentPlace, SegmentUpdate, Store, Tier } from "../store/store.ts";
import { createStore, makeDataFolder } from "./data_folder.ts";
import { FolderLock } from "./folder_lock.ts";
import { type Manifest, readManifest, shardPaths, writeManifest } from "./manifest.ts";
import type { Settings } from "../store/settings.ts";

export interface OpenOptions {
  /** Makes an empty store where there is none (default true). */
  create?: boolean;
}

/**
 * Opens the store in a data folder and holds the folder until `close`.
 *
 * ```ts
 * await using store = await openStore("./data");
 * const segment = await store.findMessageId("<part1of2.abc@example.com>");
 * ```
 *
 * Throws a `UsyncError` when the folder is in use, cannot be written, or holds something else.
 */
export async function openStore(dataFolder: string, options: OpenOptions = {}): Promise<FolderStore> {
  if (options.create === false && !existsSync(join(dataFolder, "store.json"))) {
    throw new UsyncError(`There is no store in ${dataFolder}`, {
      hint: "Name the right folder (--data DIR), or make a store with an import.",
    });
  }
  makeDataFolder(dataFolder);
  const lock = FolderLock.take(dataFolder);
  try {
    const manifest = readManifest(dataFolder) ?? await createStore(dataFolder);
    const backend = await SqliteStore.open(shardPaths(dataFolder, manifest));
    return new FolderStore(dataFolder, manifest, backend, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** The store in a data folder, whatever its tier. */
export class FolderStore implements Store, AsyncDisposable {
  readonly dataFolder: string;
  #manifest: Manifest;
  #backend: Store;
  #lock: FolderLock;

  constructor(dataFolder: string, manifest: Manifest, backend: Store, lock: FolderLock) {
    this.dataFolder = dataFolder;
    this.#manifest = manifest;
    this.#backend = backend;
    this.#lock = lock;
  }

  get tier(): Tier {
    return this.#manifest.tier;
  }

  get shards(): number {
    return this.#manifest.shards;
  }

  get settings(): Settings {
    return this.#manifest.settings;
  }

  /** Changes the settings, durably. */
  set settings(settings: Settings) {
    this.#manifest = { ...this.#manifest, settings };
    writeManifest(this.dataFolder, this.#manifest);
  }

  putFile(file: FileRecord) {
    return this.#backend.putFile(file);
  }

  putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>) {
    return this.#backend.putFiles(files);
  }

  bulkLoad() {
    return this.#backend.bulkLoad();
  }

  updateSegments(updates: SegmentUpdate[]) {
    return this.#backend.updateSegments(updates);
  }

  deleteFile(fileId: string) {
    return this.#backend.deleteFile(fileId);
  }

  file(fileId: string) {
    return this.#backend.file(fileId);
  }

  record(fileId: string) {
    return this.#backend.record(fileId);
  }

  segments(fileId: string) {
    return this.#backend.segments(fileId);
  }

  findMessageId(messageId: string) {
    return this.#backend.findMessageId(messageId);
  }

  pending(options?: { limit?: number; after?: SegmentPlace }) {
    return this.#backend.pending(options);
  }

  files(options?: { folder?: string; limit?: number; after?: string }) {
    return this.#backend.files(options);
  }

  search(words: string, options?: { limit?: number; after?: string }) {
    return this.#backend.search(words, options);
  }

  totals() {
    return this.#backend.totals();
  }

  stream() {
    return this.#backend.stream();
  }

  verify(onProgress?: OnProgress) {
    return this.#backend.verify(onProgress);
  }

  optimize() {
    return this.#backend.optimize();
  }

  async close(): Promise<void> {
    await this.#backend.close();
    this.#lock.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
