import assert from "node:assert/strict";
import fc from "fast-check";
import { PostgresStore } from "../../src/postgres/postgres_store.ts";
import { UnreachableError } from "../../src/domain/errors.ts";
import type { FileRecord } from "../../src/domain/records.ts";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { runs } from "../support/effort.ts";
import { ModelStore } from "../support/model_store.ts";
import { askModel, askStore, type Operation } from "../support/operations.ts";
import { OwnServer } from "../support/own_server.ts";
import { FEW_FILE_IDS, operationsOf } from "../support/random_operations.ts";
import { allOf, inOrder, postedRecord } from "../support/records_of.ts";

const WINDOWS = Deno.build.os === "windows";
const RUNS = runs(1, 6);
const SEED = Number(Deno.env.get("USYNC_TEST_SEED") ?? Date.now() % 2 ** 31);

/** What was not written durably is lost when this server is killed: it does not write it by itself for a while. */
const LAZY = ["wal_writer_delay = 10s"];

interface Loss {
  name: string;
  lose(server: OwnServer): Promise<void>;
  missing?: boolean;
}

/** Ways in which a server goes away and comes back. */
const LOSSES: Loss[] = [
  {
    name: "its connections are ended",
    lose: (server) =>
      server.asSuperuser(async (sql) => {
        await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'usync-db %'`;
      }),
  },
  { name: "it restarts at once", lose: (server) => server.restart() },
  {
    name: "it is killed and started again",
    async lose(server) {
      await server.kill();
      await server.startAgain();
    },
    missing: WINDOWS, // a server that is killed while it starts a process leaves connections open under Wine
  },
];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

for (const { name, lose, missing } of LOSSES) {
  const title = `a load and a stream go on over a server of which ${name}`;
  Deno.test({ name: missing ? `${title} (not under Wine)` : title, ignore: missing, fn: () => goOn(lose) });
}

async function goOn(lose: Loss["lose"]): Promise<void> {
  await using server = await OwnServer.start({ settings: LAZY });
  const store = await PostgresStore.open({ url: server.url(), schema: "load" });
  try {
    const files = inOrder([...generateFiles({ segments: 20_000, seed: 7 })]);
    let losses = 0;
    const source = async function* () {
      for (const [i, file] of files.entries()) {
        yield file;
        if (i % Math.floor(files.length / 4) !== 1) continue;
        await pause(200); // some of it is committed by now
        await lose(server);
        losses++;
      }
    };
    const counts = await store.putFiles(source());
    assert.ok(losses >= 4);
    const segments = files.reduce((sum, { segments }) => sum + segments.length, 0);
    assert.deepEqual(counts, { added: files.length, replaced: 0, unchanged: 0, segments });
    await server.restart(); // what was reported as stored is there
    const found: FileRecord[] = [];
    for await (const file of store.stream()) {
      found.push(file);
      if (found.length === Math.floor(files.length / 3)) await lose(server);
    }
    assert.deepEqual(found, files);
    assert.deepEqual((await store.verify()).problems, []);
    assert.deepEqual(await askStore(store, { kind: "totals" }), {
      ...await askStore(store, { kind: "totals" }) as object,
      ...{ files: files.length, segments },
    });
  } finally {
    await store.close();
  }
}

Deno.test("random programs on a server that goes and comes do what they do on a map of records", async () => {
  console.log(`USYNC_TEST_SEED=${SEED} USYNC_TEST_RUNS=${RUNS}`);
  await using server = await OwnServer.start({ settings: LAZY });
  const programs = fc.array(operationsOf(fc.constantFrom(...FEW_FILE_IDS)), { minLength: 40, maxLength: 80 });
  const losses = LOSSES.filter(({ missing }) => !missing);
  let run = 0;
  const property = fc.asyncProperty(programs, async (program) => {
    const store = await PostgresStore.open({ url: server.url(), schema: `run_${run++}` }), model = new ModelStore();
    let isOver = false;
    const lose = async () => {
      for (let i = 0; !isOver; i++) {
        await pause(300 + Math.random() * 1500); // between two losses something can be done
        await losses[(i + run) % losses.length].lose(server);
      }
    };
    const losing = lose();
    try {
      for (const operation of [...program, { kind: "stream" } satisfies Operation]) {
        const expected = structuredClone(askModel(model, operation));
        assert.deepEqual(await askStore(store, operation), expected, JSON.stringify(operation));
      }
    } finally {
      isOver = true;
      await losing;
      await store.close();
    }
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, verbose: 1, endOnFailure: true });
});

Deno.test("a server that does not come back is told, writes nothing by halves, and can be used again later", async () => {
  await using server = await OwnServer.start();
  const store = await PostgresStore.open({ url: server.url(), schema: "gone" });
  try {
    const before = [0, 1, 2, 3].map((i) => postedRecord(`f${i}`, 70 * i));
    await store.putFiles(before);
    const changed = before.map((file) => ({ ...file, name: "changed" }));
    const stream = store.stream()[Symbol.asyncIterator]();
    if (WINDOWS) await server.stop("immediate");
    else await server.kill();
    const operations: Operation[] = [
      ...changed.map((file): Operation => ({ kind: "putFile", file })),
      { kind: "putFiles", files: changed },
      { kind: "updateSegments", updates: [{ file_id: "f1", index: 3, message_id: "new@x" }] },
      { kind: "deleteFile", file_id: "f2" },
      { kind: "search", words: "changed", limit: 3 },
      { kind: "verify" },
      { kind: "optimize" },
    ];
    const results = await Promise.allSettled([...operations.map((asked) => askStore(store, asked)), stream.next()]);
    for (const result of results) {
      assert.ok(result.status === "rejected" && result.reason instanceof UnreachableError);
      assert.match(result.reason.message, /^Cannot use the PostgreSQL database: the server cannot be reached \(/);
      assert.match(result.reason.hint!, /Start it .* or check the network/);
    }
    await server.startAgain();
    assert.deepEqual(await allOf(store), before);
    assert.deepEqual((await store.verify()).problems, []);
    assert.equal(await store.putFile(changed[1]), "replaced");
    assert.deepEqual(await allOf(store), before.with(1, changed[1]));
  } finally {
    await store.close();
  }
});
