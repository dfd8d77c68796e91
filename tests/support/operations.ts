import assert from "node:assert/strict";
import type { FileRecord, FileSummary, FolderSummary } from "../../src/domain/records.ts";
import type { SearchPage, SegmentPlace, SegmentUpdate, Store } from "../../src/store/store.ts";
import type { ModelStore } from "./model_store.ts";

/** What can be asked of a store, as JSON, so that it can be handed to another process. */
export type Operation =
  | { kind: "putFile"; file: FileRecord }
  | { kind: "putFiles" | "failingLoad"; files: FileRecord[] }
  | { kind: "updateSegments"; updates: SegmentUpdate[] }
  | { kind: "deleteFile" | "record" | "file" | "segments"; file_id: string }
  | { kind: "findMessageId"; message_id: string }
  | { kind: "findSegments"; message_id: string; limit: number }
  | { kind: "files"; options: { folder?: string; limit?: number; after?: string } }
  | { kind: "pending"; options: { limit?: number; after?: SegmentPlace } }
  | { kind: "search"; words: string; limit: number }
  | { kind: "totals" | "newest" | "folders" | "stream" | "verify" | "optimize" };

/** Asks a store; the answer is JSON, null for what is not there. */
export async function askStore(store: Omit<Store, "tier">, operation: Operation): Promise<unknown> {
  switch (operation.kind) {
    case "putFile":
      return await store.putFile(operation.file);
    case "putFiles":
      return await store.putFiles(operation.files);
    case "failingLoad":
      return await failingLoad(store, operation.files);
    case "updateSegments":
      return byPlace(await store.updateSegments(operation.updates));
    case "deleteFile":
    case "record":
    case "file":
    case "segments":
      return await store[operation.kind](operation.file_id) ?? null;
    case "findMessageId":
      return await store.findMessageId(operation.message_id) ?? null;
    case "findSegments":
      return await store.findSegments(operation.message_id, { limit: operation.limit });
    case "files":
      return await store.files(operation.options);
    case "pending":
      return await store.pending(operation.options);
    case "search":
      return await searchAll(store, operation.words, operation.limit);
    case "totals":
      return await counts(store);
    case "newest":
      return await allPages(7, (options) => store.newest(options));
    case "folders":
      return await sumsOfFolders(store);
    case "stream":
      return await Array.fromAsync(store.stream());
    case "verify":
      return (await store.verify()).problems;
    case "optimize":
      return await store.optimize() ?? null;
  }
}

/** What a store must answer. */
export function askModel(model: ModelStore, operation: Operation): unknown {
  switch (operation.kind) {
    case "putFile":
      return model.put(operation.file);
    case "putFiles":
      return model.putFiles(operation.files);
    case "failingLoad":
      return null;
    case "updateSegments":
      return byPlace(model.update(operation.updates));
    case "deleteFile":
      return model.delete(operation.file_id);
    case "record":
    case "file":
    case "segments":
      return model[operation.kind](operation.file_id) ?? null;
    case "findMessageId":
      return model.findMessageId(operation.message_id) ?? null;
    case "findSegments":
      return model.findSegments(operation.message_id, operation.limit);
    case "files":
      return model.files(operation.options);
    case "pending":
      return model.pending(operation.options);
    case "search":
      return model.search(operation.words);
    case "totals":
      return model.totals();
    case "newest":
      return model.newest();
    case "folders":
      return model.folders();
    case "stream":
      return model.records();
    case "verify":
      return [];
    case "optimize":
      return null;
  }
}

/** A load whose source fails after its last file: nothing of it may be there. */
async function failingLoad(store: Omit<Store, "tier">, files: FileRecord[]): Promise<null> {
  const load = store.bulkLoad();
  const source = function* () {
    yield* files;
    throw new Error("the source failed");
  };
  await assert.rejects(load.put(source(), { allOrNothing: true }), /the source failed/);
  await load.finish();
  return null;
}

/** All pages of a search. */
function searchAll(store: Omit<Store, "tier">, words: string, limit: number): Promise<FileSummary[]> {
  return allPages(limit, (options) => store.search(words, options));
}

async function allPages(
  limit: number,
  read: (options: { limit: number; after?: string }) => Promise<SearchPage>,
): Promise<FileSummary[]> {
  const found: FileSummary[] = [];
  let after: string | undefined;
  while (true) {
    const page = await read({ limit, after });
    assert.ok(page.files.length <= limit);
    found.push(...page.files);
    if (page.next === null) return found;
    after = page.next;
  }
}

async function counts(store: Omit<Store, "tier">): Promise<unknown> {
  const { database_bytes, ...counts } = await store.totals();
  assert.ok(database_bytes > 0);
  return counts;
}

/** Folders without what differs between their files. */
async function sumsOfFolders(store: Omit<Store, "tier">): Promise<unknown> {
  const folders: FolderSummary[] = [];
  for (let page: FolderSummary[] = [], after: string | undefined; !after || page.length === 2;) {
    page = await store.folders({ limit: 2, after });
    folders.push(...page);
    after = page.at(-1)?.folder_id ?? "none";
  }
  return folders.map(({ path: _, name: __, meta: ___, ...sums }) => sums);
}

function byPlace(places: SegmentPlace[]): string[] {
  return places.map((place) => JSON.stringify(place)).sort();
}
