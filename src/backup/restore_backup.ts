import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeDataFolder } from "../data_folder/data_folder.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { openFolderStore } from "../data_folder/open_store.ts";
import { messageOf, UsyncError } from "../domain/errors.ts";
import { listLeftBehind } from "../migration/left_behind.ts";
import { migrate } from "../migration/migrate.ts";
import { DEFAULT_SHARDS, type MoveWish, planMove, type Shape } from "../migration/plan_move.ts";
import { type BinariesSource, PostgresServer } from "../postgres_server/mod.ts";
import type { RoutedBatch } from "../store/packed_batch.ts";
import { settingOf } from "../store/settings.ts";
import type { BulkLoad, Tier } from "../store/store.ts";
import { BackupFolder } from "./backup_folder.ts";
import type { BackupMoment, PartEntry } from "./backup_format.ts";
import { DamagedBackupError } from "./backup_files.ts";
import { momentAt } from "./make_backup.ts";
import type { MomentProgress } from "./moment_parts.ts";
import type { PackedPart } from "./read_part.ts";
import {
  newState,
  packDigests,
  readState,
  removeState,
  type RestoreState,
  unpackDigests,
  writeState,
} from "./restore_state.ts";

export interface RestoreOptions extends MoveWish {
  /** The newest moment that is not later; the newest of all when left out. */
  at?: Date;
  /** The address of the PostgreSQL server to restore to; the one of the data folder when left out. */
  url?: string;
  /** Restores what is sound of a damaged backup, and lists the rest in a file. */
  salvage?: boolean;
  /** That the PostgreSQL of the data folder is installed before. */
  install?: { source?: BinariesSource };
  message?: (text: string) => void;
  onProgress?: (progress: MomentProgress) => void;
}

/** What a restore did. */
export interface RestoreReport {
  data_folder: string;
  /** The moment that was restored. */
  at: string;
  tier: Tier;
  shards: number;
  files: number;
  segments: number;
  /** With `salvage`, what of the backup was damaged: how many problems, and the file that lists them. */
  left_behind?: { problems: number; list: string };
}

/** The form of the store that a restore makes: as asked for, else as the backed up one was; instead of PostgreSQL, what its size needs. */
export function shapeOfRestored({ store, segments }: BackupMoment, wish: MoveWish): Shape {
  const current: Shape = { tier: "sqlite", shards: 1 };
  if (wish.tier || wish.shards) return planMove(current, wish, null, null) ?? current;
  if (store.tier === "sharded") return { tier: "sharded", shards: store.shards };
  const isLarge = segments >= settingOf(store.settings, "sqlite.max-segments");
  return isLarge ? { tier: "sharded", shards: DEFAULT_SHARDS } : current;
}

/**
 * Makes a store of a moment of a backup in a new data folder, and verifies every row as it is stored. One that was cut off is
 * continued. Throws a `UsyncError` where there is a store already, or the backup is damaged.
 */
export async function restoreBackup(
  path: string,
  dataFolder: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  using backup = new BackupFolder(path);
  const begun = readState(dataFolder);
  if (!begun) refuseStore(dataFolder);
  const named = begun && !options.at
    ? (await backup.moments()).find(({ name }) => name === begun.moment) ?? await momentAt(backup, undefined)
    : await momentAt(backup, options.at);
  if (begun && begun.moment !== named.name) {
    throw new UsyncError(`Cannot restore into ${dataFolder}: the restore of another moment was begun there`, {
      hint: "Name another folder (--data DIR), or remove that one.",
    });
  }
  const moment = await backup.readMoment(named), state = begun ?? newState(backup.folder, named.name);
  makeDataFolder(dataFolder);
  if (!begun) writeState(dataFolder, state); // before there is a store: a kill must not leave one that looks whole
  await using store = await openFolderStore(dataFolder, { isRestoring: true });
  const restore = new Restore(backup, moment, state, store, options);
  return await restore.run();
}

function refuseStore(dataFolder: string): void {
  if (!existsSync(join(dataFolder, "store.json"))) return;
  throw new UsyncError(`Cannot restore into ${dataFolder}: there is a store already`, {
    hint: "Name a folder that is not there yet (--data DIR).",
  });
}

/** Milliseconds between two moments in which what came so far is made durable. */
const BETWEEN_CHECKPOINTS = 20_000;

class Restore {
  readonly #backup: BackupFolder;
  readonly #moment: BackupMoment;
  readonly #state: RestoreState;
  readonly #store: FolderStore;
  readonly #options: RestoreOptions;
  readonly #tell: (progress: MomentProgress) => void;

  constructor(
    backup: BackupFolder,
    moment: BackupMoment,
    state: RestoreState,
    store: FolderStore,
    options: RestoreOptions,
  ) {
    [this.#backup, this.#moment, this.#state, this.#store, this.#options] = [backup, moment, state, store, options];
    this.#tell = options.onProgress ?? (() => {});
  }

  async run(): Promise<RestoreReport> {
    const { store: { store_id, settings }, at } = this.#moment, store = this.#store;
    const { "backup.folder": _, ...kept } = settings; // the store that it is of may still be there, and backed up there
    store.becomeRestored(store_id, kept);
    await this.#shape();
    await this.#load();
    await this.#verify();
    const { problems, files, segments } = this.#state, { dataFolder } = store, { tier, shards } = store.manifest;
    const left_behind = problems.length > 0 ? listLeftBehind(dataFolder, problems) : undefined;
    removeState(dataFolder);
    return { data_folder: resolve(dataFolder), at, tier, shards, files, segments, ...(left_behind && { left_behind }) };
  }

  /** Gives the store, while it is empty, the form that it is to have. */
  async #shape(): Promise<void> {
    const shape = shapeOfRestored(this.#moment, this.#options), { install, url, message } = this.#options;
    if (install) {
      const report = { message: message ?? (() => {}), progress: () => {} };
      await new PostgresServer(this.#store.dataFolder, { report }).install(install.source);
    }
    await migrate(this.#store, { ...shape, shards: shape.tier === "sharded" ? shape.shards : undefined, url });
    await this.#store.discardOld();
  }

  async #load(): Promise<void> {
    const done = new Set(this.#state.parts), left = this.#moment.parts.filter(({ name }) => !done.has(name)).values();
    const load = this.#store.bulkLoad();
    for (let isEnd = false; !isEnd;) {
      const round = new PartsRound(this.#backup, this.#options.salvage ?? false),
        end = performance.now() + BETWEEN_CHECKPOINTS;
      await load.putBatches(round.batches(left, load, end, (segments) => this.#progress("Restoring", segments)));
      isEnd = round.isEnd;
      await load.finish();
      this.#checkpoint(round);
    }
  }

  #progress(step: string, segments: number): void {
    this.#tell({ step, done: segments, total: this.#moment.segments, unit: "segments" });
  }

  /** Notes that the parts of a round are stored. */
  #checkpoint({ done, problems }: PartsRound): void {
    const state = this.#state, digests = unpackDigests(state.digests);
    for (const { name, part } of done) {
      state.parts.push(name);
      state.files += part.files;
      state.segments += part.segments;
      part.digests.forEach((digest, bucket) => digests[bucket] += digest);
    }
    state.problems.push(...problems);
    state.digests = packDigests(digests);
    writeState(this.#store.dataFolder, state);
  }

  /** Throws when the store does not hold what was read from the backup, or that is not what the moment says. */
  async #verify(): Promise<void> {
    const { files, segments, problems, digests } = this.#state, moment = this.#moment;
    const report = await this.#store.backend.verify((done) => this.#progress("Verifying", done.segments));
    const [problem] = report.problems, expected = unpackDigests(digests);
    if (problem) throw failed(`${problem.where}: ${problem.what}`);
    if (report.files !== files || report.segments !== segments) {
      throw failed(
        `it has ${report.files} files with ${report.segments} segments instead of ${files} with ${segments}`,
      );
    }
    if (report.digests.some((digest, bucket) => digest !== expected[bucket])) {
      throw failed("it has stored other values than those of the backup");
    }
    if (problems.length === 0 && (files !== moment.files || segments !== moment.segments)) {
      throw failed(
        `the moment has ${moment.files} files with ${moment.segments} segments, its parts ${files} with ${segments}`,
      );
    }
  }
}

function failed(why: string): UsyncError {
  return new UsyncError(`Cannot restore: the store is not what the backup is: ${why}`, {
    hint: "Check the disk, remove the new data folder, and restore anew.",
  });
}

/** Parts that are restored together, before they are made durable. */
class PartsRound {
  readonly done: { name: string; part: Omit<PackedPart, "batches"> }[] = [];
  readonly problems: RestoreState["problems"] = [];
  isEnd = false;
  readonly #backup: BackupFolder;
  readonly #salvages: boolean;

  constructor(backup: BackupFolder, salvages: boolean) {
    this.#backup = backup;
    this.#salvages = salvages;
  }

  /** The batches of parts until some time; the next parts are read while one is stored. */
  async *batches(
    parts: Iterator<PartEntry>,
    load: BulkLoad,
    end: number,
    onProgress: (segments: number) => void,
  ): AsyncGenerator<RoutedBatch> {
    const ahead: { name: string; part: Promise<PackedPart | undefined> }[] = [];
    const readMore = () => {
      while (ahead.length <= navigator.hardwareConcurrency && performance.now() < end) {
        const { done, value } = parts.next();
        if (done) {
          this.isEnd = true;
          return;
        }
        const part = this.#pack(value, load.shards);
        part.catch(() => {}); // thrown where it is taken
        ahead.push({ name: value.name, part });
      }
    };
    let segments = 0;
    for (readMore();; readMore()) {
      const next = ahead.shift();
      if (!next) return;
      const packed = await next.part;
      if (!packed) continue;
      const { batches, ...part } = packed;
      this.done.push({ name: next.name, part });
      onProgress(segments += part.segments);
      yield* batches;
    }
  }

  async #pack(entry: PartEntry, shards: number): Promise<PackedPart | undefined> {
    try {
      return await this.#backup.packPart(entry, shards);
    } catch (error) {
      if (!this.#salvages || !(error instanceof DamagedBackupError)) throw error;
      this.problems.push({ where: entry.name, what: messageOf(error) });
    }
  }
}
