import type { FileRecord } from "../../src/mod.ts";

/** The commands that ask a store that holds these files; on every tier they print the same, byte for byte. */
export function queryCommands(files: FileRecord[]): string[][] {
  const largest = files.reduce((a, b) => a.segments.length >= b.segments.length ? a : b);
  const posted = largest.segments.flatMap(({ message_id }) => message_id ?? []);
  const folders = files.flatMap(({ folder }) => folder?.folder_id ?? []);
  return [
    ["--json", "files"],
    ["--json", "files", "--limit", "2"],
    ["--json", "files", "--folder", folders[0]],
    ["--json", "segments", "--", largest.file_id],
    ["--json", "find", posted[0]],
    ["--json", "search", "--", "part* -"],
    ["--json", "pending"],
    ["--json", "pending", "--limit", "1"],
    ["--json", "verify"],
    ...["ndjson", "csv", "nzb"].map((format) => ["export", "--all", "--format", format]),
  ];
}
