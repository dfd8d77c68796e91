import type { FolderSummary } from "../domain/records.ts";

/** The first folders of some that are in order, each once: what parts of a store tell of the same one is added up. */
export function summedFolders(parts: Iterable<FolderSummary>, limit: number): FolderSummary[] {
  const folders: FolderSummary[] = [];
  for (const part of parts) {
    const last = folders.at(-1);
    if (last?.folder_id === part.folder_id) {
      for (const sum of SUMS) last[sum] += part[sum];
    } else if (folders.length === limit) break;
    else folders.push({ ...part });
  }
  return folders;
}

const SUMS = ["file_count", "size", "segment_count", "posted_count", "pending_count"] as const;
