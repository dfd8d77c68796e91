import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { RemoteSession } from "../../src/client/remote_session.ts";
import { BatchPacker } from "../../src/store/batch_packer.ts";
import { encodeBatch, HEADER_BYTES } from "../../src/store/encode_batch.ts";
import { FileNumber } from "../../src/store/packed_batch.ts";
import { generateFiles, KINDS } from "../../tasks/generator/generate_files.ts";
import { runs } from "../support/effort.ts";
import { allOf, inOrder, postedRecord } from "../support/records_of.ts";
import { inService } from "../support/test_service.ts";

/** Files as an upload has them. */
function encoded(files: Iterable<Parameters<BatchPacker["add"]>[0]>): Buffer<ArrayBuffer> {
  const packer = new BatchPacker();
  for (const file of files) packer.add(file);
  return Buffer.concat(encodeBatch(packer.take()));
}

Deno.test("a record of any size is put through a service, also when its JSON is larger than a request may be", () =>
  inService(async ({ data, service, session }) => {
    await using remote = new RemoteSession(data, service);
    const filler = "ü".repeat(500_000),
      meta = Object.fromEntries(Array.from({ length: runs(3, 70) }, (_, i) => [`k${i}`, filler]));
    const small = postedRecord("a", 3), large = postedRecord("b", 3, { meta });
    assert.deepEqual(await remote.putFiles([small, large]), { added: 2, replaced: 0, unchanged: 0, segments: 6 });
    assert.deepEqual(await session.record("b"), large);
  }));

Deno.test("batches that are sent one after the other are stored, empty ones between them too", () =>
  inService(async ({ json, session }) => {
    const files = KINDS.flatMap((kind, seed) => [...generateFiles({ segments: 300, seed, kind })]);
    const body = Buffer.concat([encoded(files.slice(2)), Buffer.alloc(HEADER_BYTES), encoded(files.slice(0, 2))]);
    const [status, counts] = await json("/api/batches", { method: "POST", body });
    assert.deepEqual([status, counts.added], [200, files.length]);
    assert.deepEqual(await allOf(session), inOrder(files));
    assert.equal((await json("/api/batches", { method: "POST", body }))[1].unchanged, files.length);
    const cut = body.subarray(0, body.length - 1);
    const [refused, { error }] = await json("/api/batches?all_or_nothing=1", { method: "POST", body: cut });
    assert.deepEqual([refused, error], [400, "The request is no batch of packed files"]);
    const huge = Buffer.from(new Float64Array([1, 0, 80, 2 ** 31, 40, 0, 0, 0, 0, 0]).buffer);
    assert.equal((await json("/api/batches", { method: "POST", body: huge }))[0], 413);
    for (const blocks of [1e15, -1, 0.5, NaN]) {
      const many = encoded(files.slice(0, 2));
      new DataView(many.buffer, many.byteOffset).setFloat64(HEADER_BYTES + 8 * FileNumber.blocks, blocks, true);
      assert.equal((await json("/api/batches", { method: "POST", body: many }))[0], 400);
    }
  }));

Deno.test("a batch with wrong bytes is refused, or what it says is stored as any other record", () =>
  inService(async ({ json, session }) => {
    const good = encoded([postedRecord("a", 70, { subject: "ü", groups: ["g"] }), postedRecord("b", 2)]);
    const seen = new Set<number>();
    for (let run = 0; run < runs(60, 2000); run++) {
      const body = Buffer.from(good);
      // Headers and lists of lengths are what nonsense does most harm in.
      for (let i = 0; i <= run % 3; i++) {
        body[Math.floor(Math.random() * (run % 2 ? body.length : 400))] = Math.floor(Math.random() * 256);
      }
      const [status] = await json("/api/batches", { method: "POST", body });
      assert.ok([200, 400, 413].includes(status), `${status}: ${body.toString("base64")}`);
      seen.add(status);
    }
    assert.ok(seen.has(200) && seen.has(400));
    assert.deepEqual((await session.verify()).problems, []);
    for (const record of await allOf(session)) assert.equal(typeof record.name, "string");
  }));
