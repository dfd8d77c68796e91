import { UnreachableError, UsyncError } from "../domain/errors.ts";
import type { FolderStore } from "../data_folder/folder_store.ts";
import { newFolder, type OldPlace, type Place, serverOf } from "../data_folder/manifest.ts";
import { currentServer } from "../data_folder/own_servers.ts";
import { checkPlace, openBackend, openTarget } from "../data_folder/open_backend.ts";
import { freeBytes, isDiskFull, megabytes } from "../files/full_disk.ts";
import type { ServerFolder } from "../postgres_server/mod.ts";
import type { Backend } from "../store/backend.ts";
import type { Problem } from "../store/store.ts";
import { dueTier } from "../store/tier_policy.ts";
import { CATCH_UP_FILES, catchUp, damaged, damagedSource, isDamage, mismatch } from "./catch_up.ts";
import { differingFiles } from "./compare_stores.ts";
import { bytesNeeded, checkDiskSpace } from "./disk_space.ts";
import { listLeftBehind } from "./left_behind.ts";
import { type MoveWish, planMove, type Shape } from "./plan_move.ts";

/** What a migration tells while it runs: what is done of the segments, in each of its two steps. */
export interface MoveProgress {
  /** Which of the two. */
  step: "copying" | "verifying";
  /** Segments done in this step. */
  segments: number;
  /** Segments to do in this step. */
  total: number;
}

/** Where a migration goes, and who is told of it. */
export interface MigrateOptions extends MoveWish {
  /** The address of the PostgreSQL server to move to; the one of the data folder when left out. */
  url?: string;
  /** Moves what is sound of a damaged store, and lists the rest in a file. */
  salvage?: boolean;
  /** Moves it to a new store of the same form. */
  rebuilds?: boolean;
  /**
   * Moves it to the PostgreSQL in this folder of the data folder, which is installed; the current one when left out.
   * @internal
   */
  server?: ServerFolder;
  /** Told how far it is. */
  onProgress?: (progress: MoveProgress) => void;
  /** Breaks it off where it is, unless it is about to switch; it is continued like one that was cut off. */
  signal?: AbortSignal;
}

/** What a migration did. */
export interface MoveReport {
  /** What the store was. */
  from: Shape;
  /** What it is now. */
  to: Shape;
  /** Files moved. */
  files: number;
  /** Segments moved. */
  segments: number;
  /** With `salvage`, what was found damaged in the source: how many problems, and the file that lists them. */
  left_behind?: { problems: number; list: string };
}

/**
 * Moves a store to another tier or number of shards: copies what it has checked, verifies every row as the target has stored
 * it, and switches in one step. A damaged source is not moved, unless what is sound of it is to be salvaged. The source is never changed and stays in charge until then; writes go on, and are brought after. One that
 * was cut off, or whose server has gone (`UnreachableError`), is continued. Undefined when there is nothing to do; when it
 * fails, the target is removed and a `UsyncError` says why.
 */
export function migrate(store: FolderStore, options: MigrateOptions = {}): Promise<MoveReport | undefined> {
  return store.oneMigration(() => moveStore(store, options));
}

async function moveStore(store: FolderStore, options: MigrateOptions): Promise<MoveReport | undefined> {
  const { tier, shards, move, settings } = store.manifest, from = { tier, shards };
  const isSameForm = options.rebuilds || options.server !== undefined;
  const to = isSameForm ? from : planMove(from, options, move, dueTier(tier, await store.totals(), settings));
  if (!to) {
    if (move) await store.abandonMove();
    return undefined;
  }
  const server = options.server ?? (options.rebuilds ? serverOf(store.manifest) : move?.server);
  const isSame = move && move.tier === to.tier && move.shards === to.shards && move.server === server;
  if (move && (!isSame || (options.url !== undefined && options.url !== move.url))) await store.abandonMove();
  const moved = await new Move(store, to, options).run();
  return { from, to: { tier: to.tier, shards: to.shards }, ...moved };
}

/** Goes back to the store that the last migration has left behind, as long as nothing was changed since. */
export function migrateBack(store: FolderStore): Promise<Shape> {
  return store.oneMigration(() => moveBack(store));
}

async function moveBack(store: FolderStore): Promise<Shape> {
  checkBack(store.manifest.old.at(-1));
  if (store.manifest.move) await store.abandonMove();
  await store.switchBack(async (last) => await openBackend(store.dataFolder, checkBack(last)));
  const { tier, shards } = store.manifest;
  return { tier, shards };
}

/** Throws a `UsyncError` when there is no going back to an old store. */
function checkBack(last: OldPlace | undefined): OldPlace {
  if (!last) throw new UsyncError("Cannot go back: no migration has left an old store");
  if (!last.outdated) return last;
  throw new UsyncError("Cannot go back: something was changed since the migration, which the old store lacks", {
    hint: `\`usync-db migrate --to ${last.tier}\` moves everything there.`,
  });
}

/** What a migration has brought. */
type Moved = Pick<MoveReport, "files" | "segments" | "left_behind">;

/** One migration on its way. */
class Move {
  #store: FolderStore;
  #shape: Shape;
  #url: string | null;
  #server: ServerFolder | undefined;
  #tell: (progress: MoveProgress) => void;
  #signal: AbortSignal | undefined;
  /** Bytes that the target takes on the disk of the data folder. */
  #needed = 0;
  #salvages: boolean;
  #leftBehind: Problem[] = [];

  constructor(store: FolderStore, shape: Shape, { url, server, salvage, onProgress, signal }: MigrateOptions) {
    this.#store = store;
    this.#shape = shape;
    this.#url = url ?? null;
    this.#server = server;
    this.#salvages = salvage ?? false;
    this.#signal = signal;
    this.#tell = (progress) => {
      signal?.throwIfAborted();
      onProgress?.(progress);
    };
  }

  async run(): Promise<Moved> {
    const store = this.#store, source = store.backend;
    const { problems } = store;
    if (problems.length > 0 && !this.#salvages) throw damagedSource(problems);
    const { database_bytes } = await source.totals();
    const { tier, shards } = this.#shape;
    if (this.#url === null) this.#needed = bytesNeeded(tier, database_bytes, shards);
    const isUnfinished = store.manifest.move !== null;
    if (!isUnfinished) {
      checkDiskSpace(store.dataFolder, this.#needed);
      const place = {
        tier,
        shards,
        folder: newFolder(store.dataFolder, tier),
        ...(tier === "postgres" && await this.#target()),
      };
      await checkPlace(place); // before it is noted: an address that is wrong is not kept, with its password
      await store.beginMove(place);
    }
    const place = store.manifest.move!;
    let target: Backend | undefined;
    try {
      target = await openTarget(store.dataFolder, place);
      return await this.#fill(place, source, target);
    } catch (error) {
      if (store.isClosed) {
        await target?.close();
        throw error;
      }
      if (error instanceof UnreachableError && (target || isUnfinished)) {
        await target?.close();
        throw interrupted(error);
      }
      if (this.#signal?.aborted) {
        await target?.close();
        throw new UsyncError("The migration was stopped", {
          hint: "The store goes on as it was. Run it again to go on.",
        });
      }
      const shortage = await this.#shortage(target);
      await target?.close();
      await store.abandonMove();
      throw explain(error, shortage);
    }
  }

  /** The server that it is moved to: one with an address, or one of the data folder. */
  async #target(): Promise<Pick<Place, "url" | "server">> {
    if (this.#url !== null) return { url: this.#url };
    return { url: null, server: this.#server ?? await currentServer(this.#store.dataFolder, this.#store.manifest) };
  }

  async #fill(place: Place, source: Backend, target: Backend): Promise<Moved> {
    await this.#copy(source, target);
    await this.#catchUp(source, target, CATCH_UP_FILES);
    await this.#verify(source, target);
    await this.#catchUp(source, target, CATCH_UP_FILES);
    this.#signal?.throwIfAborted();
    await target.endCopy();
    const moved: Moved = { files: 0, segments: 0 }, { database_bytes: bytes } = await source.totals();
    await this.#store.switchTo(place, target, async () => {
      await this.#catchUp(source, target, 0);
      const { files, segments } = await target.totals(); // now, for after the switch nothing may fail
      Object.assign(moved, { files, segments });
      if (this.#leftBehind.length > 0) moved.left_behind = listLeftBehind(this.#store.dataFolder, this.#leftBehind);
      return bytes;
    });
    return moved;
  }

  async #copy(source: Backend, target: Backend): Promise<void> {
    const { segments: total } = await source.totals();
    const progress: MoveProgress = { step: "copying", segments: (await target.totals()).segments, total };
    const afters = await target.checkpoints(source.parts);
    let next = 0;
    const lane = async () => {
      for (let part = next++; part < source.parts; part = next++) {
        for await (const round of source.readPart(part, afters[part], target.shards)) {
          if (round.problems.length > 0 && !this.#salvages) throw damagedSource(round.problems);
          await target.putRound(part, round);
          progress.segments = Math.min(total, progress.segments + round.segments);
          this.#tell(progress);
        }
      }
    };
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, lane));
    await target.finishRounds();
  }

  /** Brings files that were written meanwhile, until at most so many are left. */
  async #catchUp(source: Backend, target: Backend, most: number): Promise<void> {
    const { changes } = this.#store;
    while (changes.size > most) await catchUp(changes.drain(CATCH_UP_FILES), source, target, this.#salvages);
  }

  async #verify(source: Backend, target: Backend): Promise<void> {
    const { segments } = await source.totals();
    let ofSource = 0, ofTarget = 0;
    const tell = () => this.#tell({ step: "verifying", segments: (ofSource + ofTarget) / 2, total: segments });
    tell();
    // The longer one first, for they may share workers.
    const [targetReport, sourceReport] = await Promise.all([
      target.verify((done) => (ofTarget = done.segments, tell())),
      source.digests((done) => (ofSource = done.segments, tell())),
    ]);
    const differing = await differingFiles([source, sourceReport], [target, targetReport]);
    await this.#store.settleWrites(); // whatever was written while we read is noted now
    const wrong = differing.filter((fileId) => !this.#store.changes.has(fileId));
    const [damagedFiles, others] = await this.#damagedOf(source, wrong);
    const problems = [
      ...this.#store.problems,
      ...sourceReport.problems.filter(({ file_id }) => file_id === undefined),
      ...damagedFiles,
    ];
    if (problems.length > 0 && !this.#salvages) throw damagedSource(problems);
    if (others.length > 0) throw mismatch(others);
    const [problem] = targetReport.problems;
    if (problem) throw damaged(problem);
    this.#leftBehind = problems;
  }

  /** Of files that source and target have differently: what is wrong with those that are damaged in the source, and the others. */
  async #damagedOf(source: Backend, fileIds: string[]): Promise<[Problem[], string[]]> {
    const problems: Problem[] = [], others: string[] = [];
    for (const file_id of fileIds) {
      try {
        await source.record(file_id);
        others.push(file_id);
      } catch (error) {
        if (!isDamage(error)) throw error;
        problems.push({ where: this.#store.manifest.folder, file_id, what: error.message });
      }
    }
    return [problems, others];
  }

  /** How many bytes are missing on the disk for what is still to be copied; 0 when it is not that. */
  async #shortage(target: Backend | undefined): Promise<number> {
    const there = await target?.totals().then(({ database_bytes }) => database_bytes, () => 0) ?? 0;
    return Math.max(0, this.#needed - there - freeBytes(this.#store.dataFolder));
  }
}

/** The error of a migration that waits for its server. */
function interrupted({ message, cause }: UnreachableError): UnreachableError {
  return new UnreachableError(message, {
    hint: "The store goes on as it was. When the server is there again, run the same command again: it continues.",
    cause,
  });
}

/** The error of a migration that failed. */
function explain(error: unknown, shortage: number): unknown {
  if (!isDiskFull(error)) return error;
  return new UsyncError(`Cannot migrate: the disk is full, about ${megabytes(shortage)} are missing`, {
    hint: "The store goes on as it was, and the target was removed. Free some space and run the same command again.",
    cause: error,
  });
}
