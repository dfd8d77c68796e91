import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import fc from "fast-check";
import { generateFiles } from "../../tasks/generator/generate_files.ts";
import { IS_THOROUGH, runs } from "../support/effort.ts";
import { ModelStore } from "../support/model_store.ts";
import { askModel, askStore, type Operation } from "../support/operations.ts";
import { FEW_FILE_IDS, operationsOf } from "../support/random_operations.ts";
import { allOf, inOrder, postedRecord } from "../support/records_of.ts";
import type { Fate, TcpProxy } from "../support/tcp_proxy.ts";
import { onProxy, type ProxyTest } from "./on_proxy.ts";

const RUNS = runs(4, 15);
const SEED = Number(Deno.env.get("USYNC_TEST_SEED") ?? Date.now() % 2 ** 31);

/** Of so many moments of an operation one is tried, about. */
const EVERY = IS_THOROUGH ? 1 : 6;

const OLD = postedRecord("f", 130, {}, [3, 70]);
const NEW = postedRecord("f", 70, { name: "another name" }, [5]);
const OTHERS = [0, 40, 130].map((count, i) => postedRecord(`other ${i}`, count));
const UPDATES = [0, 70, 129, 999].map((index) => ({ file_id: "f", index, message_id: `new-${index}@x` }));

/** Cuts of one operation of a random program. */
const MOST_CUTS = 5;

/** What is asked of a store that has `OLD`. */
const OPERATIONS: Record<string, Operation> = {
  "a new file": { kind: "putFile", file: OTHERS[1] },
  "a file that replaces another": { kind: "putFile", file: NEW },
  "a file that is there": { kind: "putFile", file: OLD },
  "many files": { kind: "putFiles", files: [NEW, ...OTHERS, postedRecord("other 1", 3), OTHERS[1]] },
  "an update": { kind: "updateSegments", updates: UPDATES },
  "a deletion": { kind: "deleteFile", file_id: "f" },
  "a record": { kind: "record", file_id: "f" },
  "a Message-ID": { kind: "findMessageId", message_id: OLD.segments[99].message_id! },
  "pending segments": { kind: "pending", options: {} },
  "a list": { kind: "files", options: {} },
  "a search": { kind: "search", words: "f", limit: 1 },
  "totals": { kind: "totals" },
  "files, newest first": { kind: "newest" },
  "folders": { kind: "folders" },
  "a stream": { kind: "stream" },
  "a verification": { kind: "verify" },
  "an optimization": { kind: "optimize" },
};
const WRITES = Object.entries(OPERATIONS).filter(([, { kind }]) => /^(put|update|delete)/.test(kind));

const FATES: Fate[] = ["cut before", "cut after", "cut answer", "forget", 1];

/** Does an operation on a store that has `OLD`, while connections are cut, and checks what comes of it. */
async function checkCut(
  { store, proxy }: ProxyTest,
  operation: Operation,
  decide: TcpProxy["decide"],
): Promise<void> {
  const model = new ModelStore();
  for (const { file_id } of await store.files()) await store.deleteFile(file_id);
  await store.putFile(OLD);
  model.put(structuredClone(OLD));
  proxy.decide = decide;
  const answer = await askStore(store, operation);
  proxy.heal();
  assert.deepEqual(answer, structuredClone(askModel(model, operation)));
  assert.deepEqual(await allOf(store), model.records());
  assert.deepEqual(await askStore(store, { kind: "totals" }), model.totals());
}

for (const [name, operation] of Object.entries(OPERATIONS)) {
  Deno.test(`a connection is lost at any moment of ${name}`, () =>
    onProxy(async (test) => {
      const first = Math.floor(Math.random() * FATES.length);
      const step = () => 1 + Math.floor(Math.random() * (2 * EVERY - 1));
      for (let moment = 0, pieces = moment + 1; pieces > moment; moment += step()) {
        const fate = FATES[(first + moment) % FATES.length];
        test.proxy.resets = Math.random() < 0.5;
        pieces = 0;
        await checkCut(test, operation, () => pieces++ === moment ? fate : "pass").catch((error) => {
          throw new Error(`${fate} at piece ${moment}, ${test.proxy.resets ? "reset" : "ended"}`, { cause: error });
        });
      }
      assert.ok(test.proxy.cuts > 0);
    }));
}

for (const [name, operation] of WRITES) {
  Deno.test(`the answer to COMMIT is lost: ${name} has effect once, and is told rightly`, () =>
    onProxy(async (test) => {
      for (const fate of FATES) {
        let commits = 0;
        await checkCut(test, operation, (bytes) => isCommit(bytes) && commits++ === 0 ? fate : "pass");
        assert.ok(commits > 0);
      }
      assert.equal(test.proxy.cuts, FATES.length);
    }));
}

/** Whether a client names itself on a new connection: the length of that, and version 3.0 of the protocol. */
function isLogin(bytes: Buffer): boolean {
  return bytes.readUInt32BE(4) === 0x30000;
}

function isCommit(bytes: Buffer): boolean {
  return bytes.includes("COMMIT\0");
}

Deno.test("a server that takes a connection and does not answer is asked again on another one", () =>
  onProxy(async ({ store, proxy }) => {
    await store.putFile(OLD);
    proxy.decide = (bytes) => isLogin(bytes) ? "hold" : "cut before";
    const record = store.record("f");
    await new Promise((resolve) => setTimeout(resolve, 2000));
    proxy.heal(); // for the next connection; of this one the server has heard nothing
    assert.deepEqual(await record, OLD);
  }));

Deno.test("random programs over connections that break all the time do what they do on a map of records", async () => {
  console.log(`USYNC_TEST_SEED=${SEED} USYNC_TEST_RUNS=${RUNS}`);
  let cuts = 0;
  const programs = fc.array(operationsOf(fc.constantFrom(...FEW_FILE_IDS)), { minLength: 5, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(programs, (program) =>
      onProxy(async ({ store, proxy }) => {
        const model = new ModelStore();
        let before = 0; // a store gives up in the end: an operation is cut a few times, not for half a minute
        const isSpared = () => proxy.cuts - before >= MOST_CUTS;
        proxy.decide = (bytes) => {
          if (isSpared() || Math.random() > 0.03) return "pass";
          proxy.resets = Math.random() < 0.5;
          const fate = FATES[Math.floor(Math.random() * FATES.length)];
          return typeof fate === "number" ? Math.floor(Math.random() * bytes.length) : fate;
        };
        proxy.decideAnswer = (bytes) =>
          isSpared() || Math.random() > 0.01 ? "pass" : Math.floor(Math.random() * bytes.length);
        for (const operation of [...program, { kind: "stream" } satisfies Operation]) {
          const expected = structuredClone(askModel(model, operation));
          before = proxy.cuts;
          assert.deepEqual(await askStore(store, operation), expected, JSON.stringify(operation));
        }
        cuts += proxy.cuts;
      })),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  );
  assert.ok(cuts > RUNS / 2, `${cuts} cuts`);
});

/** Says where to cut: after so many bytes, again and again. */
function every(bytesBetween: () => number): (bytes: Buffer) => "pass" | number {
  let left = bytesBetween();
  return ({ length }) => {
    left -= length;
    if (left > 0) return "pass";
    const at = left + length;
    left = bytesBetween();
    return at;
  };
}

Deno.test("in a load and a stream whose connections are cut at random bytes of COPY, everything is there once", () =>
  onProxy(async ({ store, proxy }) => {
    const files = inOrder([...generateFiles({ segments: 120_000, seed: 5 })]);
    const segments = files.reduce((sum, { segments }) => sum + segments.length, 0);
    for (const expected of [{ added: files.length, unchanged: 0 }, { added: 0, unchanged: files.length }]) {
      proxy.decide = every(() => 1e6 + Math.random() * 3e6);
      const counts = await store.putFiles(files);
      assert.deepEqual(counts, { ...expected, replaced: 0, segments: expected.added > 0 ? segments : 0 });
    }
    assert.ok(proxy.cuts >= 3, `${proxy.cuts} cuts`);
    proxy.heal();
    const before = proxy.cuts;
    proxy.decideAnswer = every(() => 2e6 + Math.random() * 6e6);
    assert.deepEqual(await allOf(store), files);
    assert.deepEqual(await store.verify(), { ...await store.verify(), files: files.length, segments, problems: [] });
    assert.ok(proxy.cuts >= before + 2, `${proxy.cuts - before} cuts`);
  }));
