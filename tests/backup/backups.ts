import { BackupFolder } from "../../src/backup/backup_folder.ts";
import { recordsOfPart } from "../../src/backup/read_part.ts";
import { compareTexts } from "../../src/domain/compare_texts.ts";
import { ndjsonLine } from "../../src/formats/ndjson_writer.ts";
import type { Store } from "../../src/store/store.ts";

/** All of a store as NDJSON. */
export async function ndjsonOf(store: Pick<Store, "stream">): Promise<string> {
  let text = "";
  for await (const record of store.stream()) text += ndjsonLine(record);
  return text;
}

/** All of a moment of a backup as NDJSON, in the order of a store: the `back`-th from the last. */
export async function momentText(path: string, back = 0): Promise<string> {
  using backup = new BackupFolder(path);
  const named = (await backup.moments()).at(-1 - back)!;
  const { parts } = await backup.readMoment(named);
  const records = parts.flatMap((entry) => [...recordsOfPart(backup.folder, entry)]);
  return records.sort((a, b) => compareTexts(a.file_id, b.file_id)).map(ndjsonLine).join("");
}

/** Bytes of all files of a folder, and of those below. */
export function bytesIn(folder: string): number {
  let bytes = 0;
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    bytes += entry.isDirectory ? bytesIn(path) : Deno.statSync(path).size;
  }
  return bytes;
}
