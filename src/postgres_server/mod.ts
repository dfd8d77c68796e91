/**
 * A PostgreSQL server of one's own: fetched, set up and looked after in a data folder, without an administrator. Knows
 * nothing of what is stored in it.
 * @module
 */
export { PostgresServer, type PostgresServerOptions, type ServerStatus } from "./postgres_server.ts";
export { type BinariesSource, downloadSize, pinnedDownload } from "./binaries_source.ts";
export { SERVER_FOLDERS, type ServerFolder, serverLayout } from "./layout.ts";
export { defaultSource, newerSource, noDownload } from "./default_source.ts";
export { findInstalled, type FoundBinaries, isNewer, majorVersion } from "./binaries.ts";
export { foreignContents } from "./foreign_contents.ts";
export { findRunning } from "./find_running.ts";
export { type Connection, withConnection } from "./probe.ts";
export { type Report, silent } from "./report.ts";
