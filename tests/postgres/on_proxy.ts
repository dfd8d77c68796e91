import assert from "node:assert/strict";
import { dropDatabase } from "../../src/postgres/check_database.ts";
import { PostgresStore } from "../../src/postgres/postgres_store.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { testPostgres } from "../support/test_postgres.ts";

const SERVER = await testPostgres();

export interface ProxyTest {
  store: PostgresStore;
  proxy: TcpProxy;
}

/** Runs a test on an empty store whose connections can be cut, and checks the store after it. */
export async function onProxy(run: (test: ProxyTest) => Promise<void>): Promise<void> {
  const { hostname, port } = new URL(SERVER);
  await using proxy = await TcpProxy.to({ host: hostname, port: Number(port) });
  const schema = `test_${crypto.randomUUID().slice(0, 8)}`;
  const store = await PostgresStore.open({ url: proxy.via(SERVER), schema });
  try {
    await run({ store, proxy });
    proxy.heal();
    assert.deepEqual((await store.verify()).problems, []);
  } finally {
    proxy.heal();
    await store.close();
    await dropDatabase({ url: SERVER, schema });
  }
}
