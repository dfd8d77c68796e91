/**
 * A PostgreSQL server of one's own: fetched, set up and looked after in a data folder, without an administrator. Knows
 * nothing of what is stored in it.
 * @module
 */
export { PostgresServer, type PostgresServerOptions, type ServerStatus } from "./postgres_server.ts";
export { type BinariesSource, downloadSize, pinnedDownload } from "./binaries_source.ts";
export { defaultSource, noDownload } from "./default_source.ts";
export { findInstalled, type FoundBinaries } from "./binaries.ts";
export { type Connection, withConnection } from "./probe.ts";
export { type Report, silent } from "./report.ts";
