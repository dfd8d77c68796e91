import { join, resolve } from "node:path";
import { UsyncError } from "../domain/errors.ts";
import type { FileRecord } from "../domain/records.ts";
import type { StoredBatch } from "../store/stored_batch.ts";
import { transferablesOf } from "../store/stored_batch.ts";
import { WorkerPool } from "../threads/worker_pool.ts";
import { type BackupMoment, FORMAT, momentStem, momentTime, type PartEntry, VERSION } from "./backup_format.ts";
import { DamagedBackupError } from "./backup_files.ts";
import type { BackupRequest } from "./backup_worker.ts";
import { PartIndex } from "./part_index.ts";
import type { PackedPart } from "./read_part.ts";
import type { WrittenPart } from "./write_part.ts";

/** Milliseconds after which a folder counts as one that does not answer. A part has some megabytes. */
const PATIENCE = 120_000;

const pool = new WorkerPool<BackupRequest>(new URL("./backup_worker.ts", import.meta.url));

type OrDamage<T> = { result: T } | { damage: string; hint?: string };

/** A moment as it is named in the folder. */
export interface NamedMoment {
  name: string;
  at: string;
}

/** A moment that was read; undefined where it is damaged. */
export interface ReadMoment {
  named: NamedMoment;
  moment: BackupMoment | undefined;
}

/** The folder of a backup. Its files are read and written by workers; a disk that does not answer is an error. */
export class BackupFolder implements Disposable {
  readonly folder: string;
  readonly #workers: Disposable = pool.hold();
  /** Asked for by this thread, once: workers that start after have what it has. Where it is denied they say so. */
  #isAllowed: Promise<unknown> | undefined;

  /** `path`: absolute, or from the folder of this process. */
  constructor(path: string) {
    this.folder = resolve(path);
  }

  /** Lets the workers go. */
  [Symbol.dispose](): void {
    this.#workers[Symbol.dispose]();
  }

  async #ask<T>(request: BackupRequest, transfer?: Transferable[]): Promise<T> {
    await (this.#isAllowed ??= Deno.permissions.request({ name: "read", path: this.folder }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => timer = setTimeout(() => reject(this.#silent()), PATIENCE));
    try {
      return await Promise.race([pool.call<T>(request, undefined, transfer), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #silent(): UsyncError {
    return new UsyncError(`The backup folder ${this.folder} does not answer`, {
      hint: "Check its disk or the network. The backups from before are kept.",
    });
  }

  /** Makes it the backup of a store where it is not there; throws when it is another store's, or something else. */
  async make(storeId: string): Promise<void> {
    await Deno.permissions.request({ name: "write", path: this.folder });
    return await this.#ask({ kind: "make", folder: this.folder, storeId });
  }

  /** What is wrong with the file that says what the folder is. */
  async damageOfMark(): Promise<string | undefined> {
    const answer = await this.#ask<OrDamage<void>>({ kind: "mark", folder: this.folder });
    return "damage" in answer ? answer.damage : undefined;
  }

  /** Oldest first. */
  async moments(): Promise<NamedMoment[]> {
    const names = await this.#ask<string[]>({ kind: "moments", folder: this.folder });
    return names.map((name) => ({ name, at: momentTime(name)! }));
  }

  /** All moments, oldest first; damaged ones are reported to `tell`. */
  async readMoments(tell: (what: string) => void): Promise<ReadMoment[]> {
    const read: ReadMoment[] = [];
    for (const named of await this.moments()) {
      try {
        read.push({ named, moment: await this.readMoment(named) });
      } catch (error) {
        if (!(error instanceof DamagedBackupError)) throw error;
        tell(error.message);
        read.push({ named, moment: undefined });
      }
    }
    return read;
  }

  /** Throws a `DamagedBackupError` when it is not what was written. */
  async readMoment({ name }: NamedMoment): Promise<BackupMoment> {
    const path = join(this.folder, "moments", name);
    const moment: BackupMoment = JSON.parse(new TextDecoder().decode(await this.#read(path)));
    if (moment.format !== FORMAT) throw new DamagedBackupError(`The backup's file ${path} is no moment`);
    if (moment.version <= VERSION) return moment;
    throw new UsyncError(`Cannot use the moment ${moment.at} of the backup: it is from a newer version`, {
      hint: "Use the newest usync-db.",
    });
  }

  async #read(path: string): Promise<Uint8Array> {
    return resultOf(await this.#ask<OrDamage<Uint8Array>>({ kind: "read", path }));
  }

  /** What is wrong with a file of `parts` or `moments`; undefined when it is what was written. */
  async damageOf(subfolder: "parts" | "moments", name: string): Promise<string | undefined> {
    const answer = await this.#ask<OrDamage<void>>({ kind: "check", path: join(this.folder, subfolder, name) });
    return "damage" in answer ? answer.damage : undefined;
  }

  /** Throws a `DamagedBackupError` when it is not what was written. */
  async readIndex({ index, files }: PartEntry): Promise<PartIndex> {
    const path = join(this.folder, "parts", index), bytes = await this.#read(path);
    try {
      return PartIndex.from(bytes, files);
    } catch (error) {
      throw new DamagedBackupError(`The backup's file ${path} is damaged: ${(error as Error).message}`);
    }
  }

  writePart(batches: StoredBatch[]): Promise<WrittenPart> {
    return this.#ask({ kind: "write", folder: this.folder, batches }, batches.flatMap(transferablesOf));
  }

  /** The records of some files that a moment has in a part. */
  async recordsOf(entry: PartEntry, fileIds: string[]): Promise<FileRecord[]> {
    const { folder } = this;
    return resultOf(await this.#ask({ kind: "records", folder, entry, fileIds: new Set(fileIds) }));
  }

  async packPart(entry: PartEntry, shards: number): Promise<PackedPart> {
    return resultOf(
      await this.#ask<OrDamage<PackedPart>>({ kind: "pack", folder: this.folder, entry, shards }),
    );
  }

  /** Writes a moment, which is what makes a backup of its parts. */
  async writeMoment(moment: BackupMoment): Promise<NamedMoment> {
    const bytes = new TextEncoder().encode(JSON.stringify(moment, null, 1) + "\n");
    const folder = join(this.folder, "moments");
    return { name: await this.#ask({ kind: "moment", folder, stem: momentStem(moment.at), bytes }), at: moment.at };
  }

  /** Removes all but some moments, and the parts that none of them has; no parts where one of them cannot be read. */
  async keepOnly(moments: ReadMoment[]): Promise<void> {
    const parts = moments.every(({ moment }) => moment) ? new Set<string>() : undefined;
    for (const { moment } of moments) for (const { name, index } of moment?.parts ?? []) parts?.add(name).add(index);
    await this.#ask({ kind: "remove", folder: this.folder, moments: moments.map(({ named }) => named.name), parts });
  }
}

function resultOf<T>(answer: OrDamage<T>): T {
  if ("damage" in answer) throw new DamagedBackupError(answer.damage, { hint: answer.hint });
  return answer.result;
}
