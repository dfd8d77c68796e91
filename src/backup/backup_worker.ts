import { transferables } from "../store/packed_batch.ts";
import type { StoredBatch } from "../store/stored_batch.ts";
import { Handover, serve } from "../threads/serve.ts";
import type { PartEntry } from "./backup_format.ts";
import {
  checkBackupFolder,
  DamagedBackupError,
  makeBackupFolder,
  momentNames,
  readNamed,
  removeOthers,
  writeNamed,
} from "./backup_files.ts";
import { packPart, recordsOfPart } from "./read_part.ts";
import { writePart } from "./write_part.ts";

/** Everything that touches the folder of a backup: a disk that does not answer holds up a worker alone. */
export type BackupRequest =
  | { kind: "make"; folder: string; storeId: string }
  | { kind: "mark"; folder: string }
  | { kind: "moments"; folder: string }
  | { kind: "read"; path: string }
  | { kind: "check"; path: string }
  | { kind: "write"; folder: string; batches: StoredBatch[] }
  | { kind: "moment"; folder: string; stem: string; bytes: Uint8Array }
  | { kind: "remove"; folder: string; moments: string[]; parts: Set<string> | undefined }
  | { kind: "records"; folder: string; entry: PartEntry; fileIds: Set<string> }
  | { kind: "pack"; folder: string; entry: PartEntry; shards: number };

serve((request: BackupRequest) => {
  switch (request.kind) {
    case "make":
      return makeBackupFolder(request.folder, request.storeId);
    case "mark":
      return orDamage(() => void checkBackupFolder(request.folder));
    case "moments":
      return momentNames(request.folder);
    case "read":
      return orDamage(() => new Uint8Array(readNamed(request.path)));
    case "check":
      return orDamage(() => void readNamed(request.path));
    case "write":
      return writePart(request.folder, request.batches);
    case "moment":
      return writeNamed(request.folder, request.stem, ".json", request.bytes);
    case "remove":
      return removeOthers(request.folder, request.moments, request.parts);
    case "records": {
      const { folder, entry, fileIds } = request;
      return orDamage(() => recordsOfPart(folder, entry).filter(({ file_id }) => fileIds.has(file_id)).toArray());
    }
    case "pack": {
      const packed = orDamage(() => packPart(request.folder, request.entry, request.shards));
      if ("damage" in packed) return packed;
      return new Handover(packed, packed.result.batches.flatMap(({ batch }) => transferables(batch)));
    }
  }
});

/** What work gives; or what is damaged, which an error does not tell apart once it has left the worker. */
function orDamage<T>(work: () => T): { result: T } | { damage: string; hint?: string } {
  try {
    return { result: work() };
  } catch (error) {
    if (error instanceof DamagedBackupError) return { damage: error.message, hint: error.hint };
    throw error;
  }
}
