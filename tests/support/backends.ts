import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PostgresStore } from "../../src/postgres/postgres_store.ts";
import { createShard } from "../../src/sqlite/schema.ts";
import { SqliteStore } from "../../src/sqlite/sqlite_store.ts";
import type { Store } from "../../src/store/store.ts";
import { IS_THOROUGH } from "./effort.ts";
import { ServedStore } from "./served_store.ts";
import { inTempFolder } from "./temp_folder.ts";
import { testPostgres } from "./test_postgres.ts";

/** A backend that must behave like all others. */
export interface TestBackend {
  name: string;
  /** Why it cannot run here, where it cannot. */
  missing?: string;
  /** Opens the store in a folder; makes it, empty, where there is none. */
  open(folder: string): Promise<Store>;
}

function sqlite(shards: number): TestBackend {
  return {
    name: `sqlite with ${shards} ${shards === 1 ? "shard" : "shards"}`,
    open(folder) {
      const paths = Array.from({ length: shards }, (_, i) => join(folder, `shard-${i}.sqlite`));
      for (const path of paths) if (!existsSync(path)) createShard(path);
      return SqliteStore.open(paths);
    },
  };
}

/** Each folder has a schema of its own on a server that all tests share. */
function postgres(name: string, url: string): TestBackend {
  return {
    name,
    open(folder) {
      const schema = `test_${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
      return PostgresStore.open({ url, schema });
    },
  };
}

/** A server with Citus, where one is named: everything is tried on it, too. */
const CITUS_URL = Deno.env.get("USYNC_TEST_CITUS_URL");

/** One SQLite file behind a service, reached over HTTP. */
const service: TestBackend = { name: "service", open: (folder) => ServedStore.open(join(folder, "data")) };

/** Every backend there is. The server is started here, for what a test starts must end with it. */
export const BACKENDS: TestBackend[] = [
  sqlite(1),
  sqlite(3),
  ...(IS_THOROUGH ? [sqlite(10)] : []), // each of the shards has a thread to start
  postgres("postgres", await testPostgres()),
  ...(CITUS_URL ? [postgres("postgres with Citus", CITUS_URL)] : []),
  service,
];

/** What a test of a backend works with. */
export interface BackendTest {
  store: Store;
  /** Closes the store and opens it again. */
  reopen(): Promise<Store>;
}

/** Runs a test on an empty store of every backend. */
export function testBackends(name: string, run: (test: BackendTest) => Promise<void>): void {
  for (const backend of BACKENDS) {
    if (backend.missing) console.warn(`could not run on ${backend.name} (${backend.missing}): ${name}`);
    Deno.test({
      name: `${name} (${backend.name})`,
      ignore: backend.missing !== undefined,
      fn: () => inTempFolder((folder) => runOn(backend, folder, run)),
    });
  }
}

async function runOn(backend: TestBackend, folder: string, run: (test: BackendTest) => Promise<void>): Promise<void> {
  const test: BackendTest = {
    store: await backend.open(folder),
    async reopen() {
      await test.store.close();
      return test.store = await backend.open(folder);
    },
  };
  try {
    await run(test);
  } finally {
    await test.store.close();
  }
}
