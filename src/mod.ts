/**
 * The database of usync-db as a library:
 *
 * ```ts
 * import { openStore } from "./src/mod.ts";
 *
 * await using store = await openStore("./data");
 * for (const segment of await store.pending({ limit: 10 })) console.log(segment.file_id, segment.index);
 * ```
 *
 * @module
 */
export type { Discarded } from "./migration/discard_old.ts";
export { type LocalStore, openStore } from "./migration/local_store.ts";
export type { MigrateOptions, MoveProgress, MoveReport } from "./migration/migrate.ts";
export type { FolderOptions, OpenOptions } from "./migration/open_store.ts";
export type { GrowthEvent, GrowthListener } from "./migration/growth.ts";
export type { MoveWish, Shape } from "./migration/plan_move.ts";
export { type Setting, SETTINGS, type Settings, type SettingValue } from "./store/settings.ts";
export * from "./domain/records.ts";
export { InputError, UsyncError } from "./domain/errors.ts";
export type { Changes, Queries } from "./store/operations.ts";
export type * from "./store/store.ts";
