import { type Connection, withConnection } from "./probe.ts";
import { ROLE } from "./server_settings.ts";

/**
 * What a server has in its databases that a program of the user's has put there: names of databases, and of schemas in ours
 * that `isOurs` does not take for our own.
 */
export async function foreignContents(
  connection: Connection,
  isOurs: (schema: string) => boolean,
): Promise<string[]> {
  return await withConnection(connection, async (sql) => {
    const databases = await sql<{ name: string }[]>`
      SELECT datname AS name FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', ${ROLE})`;
    const schemas = await sql<{ name: string }[]>`
      SELECT nspname AS name FROM pg_namespace n
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        AND (nspname <> 'public' OR EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid))`;
    return [
      ...databases.map(({ name }) => `the database ${name}`),
      ...schemas.filter(({ name }) => !isOurs(name)).map(({ name }) => `the schema ${name}`),
    ];
  });
}
