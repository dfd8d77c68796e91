import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { testPostgres } from "../support/test_postgres.ts";

const BENCH = fileURLToPath(new URL("../../tasks/bench/bench.ts", import.meta.url));
const POSTGRES_URL = await testPostgres();

Deno.test("the benchmark measures a small store on every tier", async () => {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", BENCH, "--json", "--segments", "3000", "--postgres", POSTGRES_URL],
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const { segments, rows } = JSON.parse(new TextDecoder().decode(stdout));
  assert.equal(segments, 3000);
  const measured = rows.map(({ what }: { what: string }) => what);
  for (
    const what of ["generating", "memory of the load", "file read", "Message-ID lookup", "search page", "migration"]
  ) {
    assert.ok(measured.some((name: string) => name.startsWith(what)), what);
  }
  assert.ok(measured.includes("bytes a segment in PostgreSQL") && measured.includes("reading NZB"));
});
