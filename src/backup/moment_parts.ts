import type { FolderStore } from "../data_folder/folder_store.ts";
import { placementHash } from "../store/placement.ts";
import { sizeOfStored, type StoredBatch } from "../store/stored_batch.ts";
import type { BackupFolder } from "./backup_folder.ts";
import type { DamagedFile, PartEntry } from "./backup_format.ts";
import type { KeptParts } from "./kept_parts.ts";
import type { WrittenPart } from "./write_part.ts";

/** How far a step of a backup is. */
export interface MomentProgress {
  step: string;
  done: number;
  total: number | undefined;
  unit: "segments" | "bytes";
}

/** The parts of a new moment. */
export interface MomentParts {
  at: string;
  parts: PartEntry[];
  files: number;
  segments: number;
  damaged: DamagedFile[];
  writtenFiles: number;
  writtenBytes: number;
  /** Whether that is what the store says that it holds. */
  isWhole: boolean;
}

/** Bytes of files, as they are stored, that make a part. */
const PART_BYTES = 6 * 2 ** 20;

/** Reads one state of a store and writes what the parts of the last moment do not have. */
export async function writeMomentParts(
  store: FolderStore,
  backup: BackupFolder,
  kept: KeptParts,
  onProgress: (progress: MomentProgress) => void,
): Promise<MomentParts> {
  const [moment, totals] = await store.openMoment(), at = new Date().toISOString(), writer = new PartsWriter(backup);
  try {
    const read = { files: 0, segments: 0 }, parts = Array.from({ length: moment.parts }, (_, part) => part).values();
    const readParts = async () => {
      for (const part of parts) {
        for await (const { batch, files, segments } of moment.read(part, kept.known)) {
          await writer.add(batch);
          read.files += files;
          onProgress({ step: "Backing up", done: read.segments += segments, total: totals.segments, unit: "segments" });
        }
      }
    };
    await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, readParts));
    const written = await writer.finish();
    const damaged = written.flatMap(({ damaged }) => damaged)
      .map((file) => ({ ...file, is_kept: kept.known.keep(placementHash(file.file_id)) }));
    const old = kept.seen(), added = written.flatMap(({ entry }) => entry ?? []);
    const sum = (of: "files" | "segments" | "bytes") => added.reduce((sum, entry) => sum + entry[of], 0);
    const files = old.files + sum("files"), segments = old.segments + sum("segments");
    const lost = damaged.filter(({ is_kept }) => !is_kept).length;
    return {
      ...{ at, files, segments, damaged, parts: [...old.parts, ...added] },
      ...{ writtenFiles: sum("files"), writtenBytes: sum("bytes") },
      isWhole: files + lost === totals.files && (damaged.length > 0 || segments === totals.segments),
    };
  } finally {
    await moment.close();
  }
}

/** Writes files as parts of about one size, several at a time. */
class PartsWriter {
  readonly #backup: BackupFolder;
  readonly #written: WrittenPart[] = [];
  readonly #writing = new Set<Promise<void>>();
  #batches: StoredBatch[] = [];
  #bytes = 0;
  #error: unknown;

  constructor(backup: BackupFolder) {
    this.#backup = backup;
  }

  /** Takes files; waits while enough of them are being written. */
  async add(batch: StoredBatch): Promise<void> {
    if (batch.files === 0) return;
    this.#batches.push(batch);
    this.#bytes += sizeOfStored(batch);
    if (this.#bytes >= PART_BYTES) this.#write();
    while (this.#writing.size > navigator.hardwareConcurrency) await Promise.race(this.#writing);
    if (this.#error) throw this.#error;
  }

  #write(): void {
    const batches = this.#batches;
    [this.#batches, this.#bytes] = [[], 0];
    const writing = this.#backup.writePart(batches)
      .then((part) => void this.#written.push(part), (error) => void (this.#error ??= error))
      .finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async finish(): Promise<WrittenPart[]> {
    if (this.#batches.length > 0) this.#write();
    await Promise.all(this.#writing);
    if (this.#error) throw this.#error;
    return this.#written;
  }
}
