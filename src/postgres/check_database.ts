import { Connections, type Database } from "./connections.ts";
import { dropSchema } from "./schema.ts";

/** Throws a `UsyncError` when its server does not let us in. */
export async function checkDatabase(database: Database): Promise<void> {
  await withConnections(database, (connections) => connections.run((sql) => sql`SELECT`));
}

/** Removes a store with all that is in it. */
export async function dropDatabase(database: Database): Promise<void> {
  await withConnections(database, (connections) => dropSchema(connections, database));
}

async function withConnections(database: Database, work: (connections: Connections) => Promise<unknown>) {
  const connections = new Connections(database, 1);
  try {
    await work(connections);
  } finally {
    await connections.close();
  }
}
