import assert from "node:assert/strict";
import { PostgresStore } from "../../src/postgres/postgres_store.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { OwnServer } from "../support/own_server.ts";
import { allOf, inOrder } from "../support/records_of.ts";

/**
 * Citus as far as its place in a database goes: an extension of that name, and its functions, which note what they are
 * asked for and refuse what Citus refuses. Nothing is distributed. With USYNC_TEST_CITUS_URL the conformance tests run on
 * the real one.
 */
const LIKE_CITUS = `
  INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
    VALUES (99999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.0');
  CREATE TABLE public.distributed (name regclass, by text, with_table text);
  CREATE FUNCTION pg_catalog.create_distributed_table(
    table_name regclass, distribution_column text, colocate_with text DEFAULT 'default'
  ) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = table_name AND attname = distribution_column) THEN
      RAISE 'column "%" of % does not exist', distribution_column, table_name;
    END IF;
    IF EXISTS (
      SELECT FROM pg_index WHERE indrelid = table_name AND indisunique AND NOT EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = table_name AND attname = distribution_column AND attnum = ANY(indkey)
      )
    ) THEN
      RAISE 'cannot distribute %: a unique index lacks the distribution column', table_name;
    END IF;
    INSERT INTO public.distributed VALUES (table_name, distribution_column, colocate_with);
  END $$;
  CREATE FUNCTION pg_catalog.create_reference_table(table_name regclass) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.distributed VALUES (table_name, NULL, NULL)
  $$;
`;

Deno.test("where a server has Citus, the tables are distributed by file as it allows, and the store works as ever", async () => {
  await using server = await OwnServer.start({ settings: ["allow_system_table_mods = on"] });
  await server.asSuperuser((sql) => sql.unsafe(LIKE_CITUS));
  const files = [...generateFiles({ segments: 3000, seed: 5 })];
  const store = await PostgresStore.open({ url: server.url(), schema: "spread" });
  try {
    await store.putFiles(files);
    assert.deepEqual(await allOf(store), inOrder(files));
    assert.deepEqual((await store.verify()).problems, []);
  } finally {
    await store.close();
  }
  // Opened again, nothing is distributed a second time.
  await (await PostgresStore.open({ url: server.url(), schema: "spread" })).close();
  const asked = await server.asSuperuser((sql) => sql`SELECT name::text, by, with_table FROM public.distributed`);
  assert.deepEqual(asked.map(({ name, by, with_table }) => [name, by, with_table]), [
    ["spread.files", "file_id", "default"],
    ["spread.blocks", "file_id", "files"],
    ["spread.message_ids", "hash", "default"],
    ["spread.totals", null, null],
    ["spread.checkpoints", null, null],
  ]);
});
