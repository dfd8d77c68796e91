import type { ServerStatus } from "../postgres_server/mod.ts";
import { formatBytes } from "./format_text.ts";

/** The status in words. */
export function serverText(status: ServerStatus): string {
  const name = status.version === null ? "PostgreSQL" : `PostgreSQL ${status.version}`;
  const place = `127.0.0.1:${status.port}`;
  switch (status.state) {
    case "running":
      return [
        `${name} is running on ${place} (process ${status.pid}, since ${status.started_at})`,
        `  user ${status.user}, database ${status.database}, password in ${status.password_file}`,
        `  ${formatBytes(status.database_bytes ?? 0)} in ${status.cluster}`,
      ].join("\n");
    case "absent":
      return "PostgreSQL is not installed here";
    case "incomplete":
      return status.cluster === null
        ? "The installation of PostgreSQL is not complete: run `usync-db postgres install`"
        : `PostgreSQL is not installed here; its data is in ${status.cluster}`;
    case "stopped":
      return `${name} is installed and not running; its data is in ${status.cluster}`;
    case "starting":
      return `${name} is starting on ${place}`;
    case "crashed":
      return `${name} is not running: it ended without being stopped. \`usync-db postgres start\` repairs it`;
    case "unreachable":
      return `Something runs on ${place} that does not take the password in ${status.password_file}`;
  }
}
