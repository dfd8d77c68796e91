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
export { FolderStore } from "./data_folder/folder_store.ts";
export { migrate, migrateBack, type MigrateOptions, type MoveProgress, type MoveReport } from "./migration/migrate.ts";
export { type FolderOptions, type OpenOptions, openStore } from "./migration/open_store.ts";
export type { GrowthEvent, GrowthListener } from "./migration/growth.ts";
export type { MoveWish, Shape } from "./migration/plan_move.ts";
export { type Setting, SETTINGS, type Settings, type SettingValue } from "./store/settings.ts";
export * from "./domain/records.ts";
export { InputError, UsyncError } from "./domain/errors.ts";
export type * from "./store/store.ts";
