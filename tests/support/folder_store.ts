/** What `openStore` of the library gives, with all that migrations see of it. */
export { openGrowingStore as openStore } from "../../src/migration/open_store.ts";
export { migrate, migrateBack } from "../../src/migration/migrate.ts";
export type { FolderStore } from "../../src/data_folder/folder_store.ts";
export type { Tier } from "../../src/store/store.ts";
