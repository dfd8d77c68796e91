import type { FileRecord } from "../../src/mod.ts";

/** How many files and Message-IDs are asked for one by one. */
const SAMPLES = 3;

/** The commands that ask a store that holds these files; on every tier they print the same, byte for byte. */
export function queryCommands(files: FileRecord[]): string[][] {
  const posted = files.flatMap(({ segments }) => segments).flatMap(({ message_id }) => message_id ?? []);
  const folders = new Set(files.flatMap(({ folder }) => folder?.folder_id ?? []));
  return [
    ["--json", "files"],
    ["--json", "files", "--limit", "2"],
    ...[...folders].slice(0, SAMPLES).map((id) => ["--json", "files", "--folder", id]),
    ...files.slice(0, SAMPLES).map(({ file_id }) => ["--json", "segments", "--", file_id]),
    ...posted.slice(0, SAMPLES).map((id) => ["--json", "find", id]),
    ...["part*", "holiday", "s01e0* -", "alt"].map((words) => ["--json", "search", "--", words]),
    ["--json", "pending"],
    ["--json", "pending", "--limit", "1"],
    ["--json", "verify"],
    ...["ndjson", "csv", "nzb"].map((format) => ["export", "--all", "--format", format]),
  ];
}
