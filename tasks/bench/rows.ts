import { messageIdHash } from "../../src/blocks/message_id_hash.ts";
import { STATUSES } from "../../src/domain/records.ts";
import { generateFiles } from "../generator/generate_files.ts";

/** The columns that the peers load: a row a segment, as a careful hand-written schema has it. */
export const COLUMNS = "id, size, offset, hash, message_id, message_id_hash, subject, grp, server, status, uploaded_at";

/** Writes the segments of generated files as CSV, for the peers. A row's id packs file number and index. */
export async function writeRows(path: string, segments: number, seed: number): Promise<void> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let lines: string[] = [], number = 0;
  const flush = () => {
    const bytes = encoder.encode(lines.join(""));
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    lines = [];
  };
  for (const { segments: ofFile } of generateFiles({ segments, seed })) {
    number++;
    for (const s of ofFile) {
      const id = number * 2 ** 24 + s.redundancy * 2 ** 20 + s.index;
      const hash = s.message_id === null ? "" : messageIdHash(s.message_id);
      const subject = s.subject === null ? "" : `"${s.subject.replaceAll('"', '""')}"`;
      lines.push(
        `${id},${s.size},${s.offset ?? ""},${s.hash ?? ""},${s.message_id ?? ""},${hash},${subject},${s.group ?? ""},` +
          `${s.server ?? ""},${STATUSES.indexOf(s.status)},${s.uploaded_at ?? ""}\n`,
      );
    }
    if (lines.length > 20_000) flush();
  }
  flush();
}
