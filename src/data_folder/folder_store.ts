import { join } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import { removeNow } from "../files/held.ts";
import type { Backend } from "../store/backend.ts";
import { closedError } from "../store/closed_error.ts";
import type { Moment, MomentTotals } from "../store/moment.ts";
import { OperationLayer, run } from "../store/operation_layer.ts";
import { type Answer, type Args, type Change, CHANGES, type Changes, type Queries } from "../store/operations.ts";
import type { Settings } from "../store/settings.ts";
import type {
  BulkLoad,
  LoadOptions,
  OnProgress,
  Problem,
  PutCounts,
  Store,
  Tier,
  VerifyReport,
} from "../store/store.ts";
import { BackendInUse } from "./backend_in_use.ts";
import { ChangeLog } from "./change_log.ts";
import { Leftovers, type LeftPlace } from "./leftovers.ts";
import type { FolderLock } from "./folder_lock.ts";
import { type Manifest, type OldPlace, type Place, placeOf, writeManifest } from "./manifest.ts";
import { removePlace } from "./open_backend.ts";
import { openMoment } from "./open_moment.ts";
import { OutdatedMark } from "./outdated_mark.ts";
import { type ShardCommits, unlikeProblems, type UnlikeShard } from "./shard_commits.ts";
import { TrackedLoad } from "./tracked_load.ts";
import { WriteBarrier } from "./write_barrier.ts";
import type { WriteObserver } from "./write_observer.ts";

/** Files that a migration may have to bring after before loads are slowed down, and by how much for each batch of them. */
const MANY_CHANGES = 10_000, PAUSE_MS = 500;

/** The file of the changes that a migration has to bring after. */
const LOG = "changes.log";

/**
 * The store in a data folder, whatever its tier, before, during and after a migration: writes are recorded for a
 * migration that is on its way, and wait for the moment in which it switches; reads never wait.
 */
export class FolderStore extends OperationLayer implements Store, AsyncDisposable {
  /** The folder that it is in. */
  readonly dataFolder: string;
  #manifest: Manifest;
  readonly #inUse: BackendInUse;
  readonly #leftovers: Leftovers;
  #lock: FolderLock;
  #barrier = new WriteBarrier();
  #log: ChangeLog | undefined;
  /** Whether loads have put what is not made durable yet. */
  #isBehind = false;
  #migration: Promise<unknown> | undefined;
  #closing: Promise<void> | undefined;
  #isClosed = false;
  #outdated = new OutdatedMark({ old: () => this.#manifest.old, mark: (old) => this.#update({ old }) });
  /** Told of all that is written. */
  observer: WriteObserver | undefined;

  /** Holds the folder by its lock, with the backend in charge; `unlike`: its shards that are copies of another time. */
  constructor(
    dataFolder: string,
    manifest: Manifest,
    backend: Backend,
    lock: FolderLock,
    unlike: UnlikeShard[],
  ) {
    super();
    this.dataFolder = dataFolder;
    this.#manifest = manifest;
    this.#inUse = new BackendInUse(backend, manifest.folder, async ({ backend, folder }) => {
      await this.#leftovers.try(folder, () => backend.close());
      await this.#leftovers.remove();
    });
    this.#leftovers = new Leftovers({
      dataFolder,
      manifest: () => this.#manifest,
      update: (changes) => this.#update(changes),
      isRead: (folder) => this.#inUse.isRead(folder),
      isClosed: () => this.#isClosed,
    });
    this.#lock = lock;
    if (lock.isCopyOfUsed || unlike.length > 0) this.#becomeCopied(new Date().toISOString(), unlike);
    if (lock.isReadOnly) return;
    if (manifest.move) this.#log = new ChangeLog(this.#logPath);
    else this.#leftovers.tryNow(LOG, () => removeNow(this.#logPath));
  }

  get tier(): Tier {
    return this.#manifest.tier;
  }

  /** What the manifest says: where the store is, where a migration puts it, and what is left of earlier ones. */
  get manifest(): Readonly<Manifest> {
    return this.#manifest;
  }

  /** The settings that were changed. */
  get settings(): Settings {
    return this.#manifest.settings;
  }

  /** Changes the settings, durably. */
  set settings(settings: Settings) {
    this.#update({ settings });
  }

  /** Whether the data folder may only be read: whatever would change something throws a `UsyncError`. */
  get isReadOnly(): boolean {
    return this.#lock.isReadOnly;
  }

  /** Notes that it is a copy, and shards of it of another time besides those that are known; undefined: it was verified. */
  #becomeCopied(copied: string | undefined, more: UnlikeShard[] = []): void {
    const { unlike = [] } = this.#manifest, isNew = ({ file }: UnlikeShard) => !more.some((one) => one.file === file);
    const changes = { copied, ...(more.length > 0 && { unlike: [...unlike.filter(isNew), ...more] }) };
    if (this.isReadOnly) this.#manifest = { ...this.#manifest, ...changes };
    else this.#update(changes);
  }

  /** What is wrong with the store as a whole: shards that are copies of another time. */
  get problems(): Problem[] {
    return unlikeProblems(this.#manifest.unlike);
  }

  /** Makes it the store that a backup is of, with its settings. Durable. */
  becomeRestored(store_id: string, settings: Settings): void {
    this.#update({ store_id, settings });
  }

  #update(changes: Partial<Manifest>): void {
    if (this.#isClosed) throw closedError();
    this.#refuseReadOnly();
    const manifest = { ...this.#manifest, ...changes };
    writeManifest(this.dataFolder, manifest);
    this.#manifest = manifest;
  }

  #refuseReadOnly(): void {
    if (!this.isReadOnly) return;
    throw new UsyncError(`Cannot change the store in ${this.dataFolder}: the folder may only be read`, {
      hint: "Give your account the right to write there, or copy the folder to a disk where it has it (--data DIR).",
    });
  }

  // Writes

  /** Runs a change of single files, and tells of it. */
  protected async change<N extends keyof Changes>(name: N, args: Args<N>): Promise<Answer<N>> {
    const { fileIds, isChange, written }: Change<N> = CHANGES[name];
    const hasChanged = (answer: Answer<N>) => isChange(answer, ...args);
    const answer = await this.#write(() => fileIds(...args), (backend) => run(backend, name, args), hasChanged);
    if (hasChanged(answer)) this.observer?.wrote(written(...args));
    return answer;
  }

  async putFiles(files: Iterable<FileRecord> | AsyncIterable<FileRecord>): Promise<PutCounts> {
    const load = this.bulkLoad();
    const counts = await load.put(files);
    await load.finish();
    return counts;
  }

  bulkLoad(options?: LoadOptions): BulkLoad {
    this.#refuseReadOnly();
    return new TrackedLoad({
      scratchFolder: this.dataFolder,
      backend: () => this.#inUse.current,
      write: (fileIds, put) => {
        const write = (backend: Backend) => {
          this.#isBehind = true;
          return put(backend);
        };
        return this.#write(fileIds, write, ({ added, replaced }) => added + replaced > 0);
      },
      room: () => this.#roomInLog(),
      finish: () => this.#barrier.shared(() => this.#finishLoads()),
      observer: () => this.observer,
    }, options);
  }

  /** Makes what loads have put durable and ready to query. */
  async #finishLoads(): Promise<void> {
    this.#isBehind = false;
    try {
      await this.#inUse.current.finishLoad();
      this.#outdated.settle(!this.#isBehind);
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }

  /** Slows loads down while a migration has many files to bring that were written meanwhile, so that it comes to its end. */
  async #roomInLog(): Promise<void> {
    if (this.#log && this.#log.size >= MANY_CHANGES) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }

  /** `isChange` tells of what a write results in whether it has changed anything. */
  #write<T>(
    fileIds: () => string[],
    write: (backend: Backend) => Promise<T>,
    isChange: (result: T) => boolean,
  ): Promise<T> {
    return this.#barrier.shared(async () => {
      this.#refuseReadOnly();
      const result = await this.#outdated.during(() => this.#recorded(fileIds, write), isChange);
      this.#outdated.settle(!this.#isBehind);
      return result;
    });
  }

  /** Runs a write, recorded for a migration that is on its way. */
  async #recorded<T>(fileIds: () => string[], write: (backend: Backend) => Promise<T>): Promise<T> {
    const log = this.#log;
    if (!log) return await write(this.#inUse.current);
    const recorded = fileIds();
    await log.record(recorded);
    try {
      return await write(this.#inUse.current);
    } finally {
      log.recordAgain(recorded);
    }
  }

  // Reads

  /** Asks the backend in charge. */
  protected query<N extends keyof Queries>(name: N, args: Args<N>): Promise<Answer<N>> {
    return this.#read((backend) => run(backend, name, args));
  }

  verify(onProgress?: OnProgress): Promise<VerifyReport> {
    return this.#read(async (backend) => {
      const { files, segments, problems: found } = await backend.verify(onProgress);
      const problems = [...this.problems, ...found];
      if (this.#manifest.copied !== undefined && problems.length === 0) this.#becomeCopied(undefined);
      return { files, segments, problems };
    });
  }

  async *stream(): AsyncIterable<FileRecord> {
    const { backend, end } = this.#inUse.hold();
    try {
      yield* backend.stream();
    } finally {
      await end();
    }
  }

  #read<T>(read: (backend: Backend) => Promise<T>): Promise<T> {
    return this.#inUse.read(read);
  }

  /** Changes no file: like a read it neither holds up nor waits for a switch. */
  optimize(): Promise<void> {
    return this.#read(async (backend) => {
      this.#refuseReadOnly();
      await backend.optimize();
    });
  }

  /** Waits for the writes that were begun, and for a growth. May be called again. */
  close(): Promise<void> {
    return this.#closing ??= this.observer?.beforeClose()?.then(() => this.#close()) ?? this.#close();
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    let shards: ShardCommits | undefined;
    try {
      shards = await this.#barrier.exclusive(async () => {
        const { folder } = this.#manifest, commits = await this.#inUse.current.commits();
        await this.#inUse.current.close();
        return { folder, commits };
      });
    } finally {
      while (this.#migration) await this.#migration; // its source is closed, so that it ends; the next one continues it
      this.#log?.close();
      this.#lock.release(shards);
    }
  }

  /** Closes it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // What the migrator needs

  /** The backend in charge. */
  get backend(): Backend {
    return this.#inUse.current;
  }

  /** Whether the store is closed, or about to be. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The files written since the move began that were not taken from it yet. */
  get changes(): ChangeLog {
    return this.#log!;
  }

  /** One state of the store between two writes, to be read while others write. What it reads is kept until it is closed. */
  openMoment(): Promise<[Moment, MomentTotals]> {
    return openMoment(this.#inUse, this.#barrier);
  }

  /** Whether a migration runs in this process. */
  get isMigrating(): boolean {
    return this.#migration !== undefined;
  }

  /** Runs what changes where the store lies, one after the other; throws a `UsyncError` when the store is closed by then. */
  async oneMigration<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseReadOnly();
    while (this.#migration) await this.#migration;
    if (this.#isClosed) throw closedError();
    const done = Promise.withResolvers<void>();
    this.#migration = done.promise;
    try {
      return await work();
    } finally {
      this.#migration = undefined;
      done.resolve();
    }
  }

  /** From here on writes are recorded, until the move ends. */
  beginMove(place: Place): Promise<void> {
    return this.#barrier.exclusive(() => {
      this.#log ??= new ChangeLog(this.#logPath);
      this.#update({ move: place });
      return Promise.resolve();
    });
  }

  /** Waits until every write that has begun is done and recorded, and does something before the next one begins. */
  settleWrites(work: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    return this.#barrier.exclusive(work);
  }

  /**
   * Puts another backend in charge, in one step. `complete` runs before it, while no write does, and gives the database bytes of
   * the one that was in charge, which is kept as an old store, complete by itself.
   */
  async switchTo(place: Place, backend: Backend, complete: () => Promise<number>): Promise<void> {
    if (this.#isBehind) await this.#barrier.shared(() => this.#finishLoads()); // most of it while writes go on
    const retire = await this.#barrier.exclusive(async () => {
      const bytes = await complete();
      if (this.#isBehind) await this.#finishLoads();
      const { old } = this.#manifest;
      this.#lock.forgetShards();
      const retired = { ...placeOf(this.#manifest), outdated: false, bytes };
      this.#update({ ...inCharge(place), move: null, old: [...old, retired], unlike: undefined });
      const retire = this.#inUse.replace(backend, place.folder);
      this.#endLog();
      return retire;
    });
    await retire(); // from the switch on nothing fails: what is left to do is clean-up
  }

  /** Puts the latest old store in charge again and removes the one that was. `open` gives its backend; no write runs then. */
  async switchBack(open: (last: OldPlace | undefined) => Promise<Backend>): Promise<void> {
    const retire = await this.#barrier.exclusive(async () => {
      const { old, removing } = this.#manifest, backend = await open(old.at(-1));
      const place = placeOf(old[old.length - 1]);
      try {
        this.#lock.forgetShards();
        this.#update({ ...inCharge(place), old: old.slice(0, -1), removing: [...removing, placeOf(this.#manifest)] });
      } catch (error) {
        await backend.close();
        throw error;
      }
      return this.#inUse.replace(backend, place.folder);
    });
    await retire();
    await this.removeLeftovers({ servers: true });
  }

  /** Gives up a move: its target is removed. */
  async abandonMove(): Promise<void> {
    if (this.#isClosed) throw closedError();
    const { move, removing } = this.#manifest;
    await this.#barrier.exclusive(async () => {
      const without = { move: null, removing: move ? [...removing, move] : removing };
      try {
        this.#update(without);
      } catch (error) {
        if (!move) throw error;
        await removePlace(this.dataFolder, move); // a full disk has no room even for the manifest
        this.#update(without);
      }
      this.#endLog();
    });
    await this.removeLeftovers({ servers: true });
  }

  /**
   * Removes all old stores. Gives what could not be removed; that is tried again at every start. Where there was nothing but
   * that, what lies on servers of others is given up.
   */
  discardOld(): Promise<LeftPlace[]> {
    return this.#leftovers.discardOld();
  }

  /** Removes the latest old store, in which nothing was. What cannot be removed is tried again at every start. */
  discardLatest(): Promise<void> {
    return this.#leftovers.discardLatest();
  }

  get #logPath(): string {
    return join(this.dataFolder, LOG);
  }

  #endLog(): void {
    const log = this.#log;
    this.#log = undefined;
    this.#leftovers.tryNow(LOG, () => log?.remove());
  }

  /** What could not be cleaned up since the store was opened, and why. */
  get cleanUpFailures(): ReadonlyMap<string, string> {
    return this.#leftovers.failures;
  }

  /**
   * Removes what nothing needs any more, once nobody reads it; with `servers`, also what a server must be asked for, which may
   * take as long as one that does not answer. Gives what cannot be removed now, and why; it is tried again later.
   */
  removeLeftovers(options?: { servers?: boolean }): Promise<Map<Place, unknown>> {
    return this.#leftovers.remove(options);
  }
}

/** What the manifest says of the place in charge: also what the one before has and this one has not. */
function inCharge(place: Place): Place {
  return { ...placeOf(place), url: place.url, server: place.server };
}
