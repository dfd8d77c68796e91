import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openBytes } from "../../src/formats/open_bytes.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const TEXT = Buffer.from(Array.from({ length: 40000 }, (_, i) => `line ${i} ${Math.sqrt(i)}\n`).join(""));
const GZIP = gzipSync(TEXT);

/** All bytes, and the message of the error that ended them. */
async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<[Buffer, string | undefined]> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of bytes) pieces.push(piece);
  } catch (error) {
    return [Buffer.concat(pieces), `${(error as Error).name}: ${(error as Error).message}`];
  }
  return [Buffer.concat(pieces), undefined];
}

function unpack(...parts: Uint8Array[]) {
  return readAll(openBytes(new Blob(parts.map((part) => new Uint8Array(part))).stream(), true));
}

Deno.test("a file is read whole, as it is or unpacked, and closed", async () => {
  await inTempFolder(async (folder) => {
    const path = join(folder, "größe 文件.txt");
    const big = Buffer.concat(Array(5).fill(TEXT));
    await Deno.writeFile(path, big);
    await Deno.writeFile(path + ".gz", gzipSync(big));
    assert.deepEqual(await readAll(openBytes(path, false)), [big, undefined]);
    assert.deepEqual(await readAll(openBytes(path + ".gz", true)), [big, undefined]);
    for (const gzip of [false, true]) for await (const _ of openBytes(gzip ? path + ".gz" : path, gzip)) break;
    await Deno.rename(path, path + "2"); // Windows refuses where the file is still open
    await Deno.rename(path + ".gz", path + "2.gz");
  });
});

Deno.test("a file that is not there is named", async () => {
  await inTempFolder(async (folder) => {
    const path = join(folder, "missing");
    assert.deepEqual(await readAll(openBytes(path, false)), [
      Buffer.alloc(0),
      `UsyncError: Cannot read ${path}: there is no such file`,
    ]);
    assert.match((await readAll(openBytes(folder, false)))[1]!, /^UsyncError: Cannot read /);
  });
});

Deno.test("a gzip of several members, with zero bytes behind, is read to its end", async () => {
  assert.deepEqual(await unpack(GZIP), [TEXT, undefined]);
  assert.deepEqual(await unpack(GZIP, gzipSync("more\n"), GZIP), [
    Buffer.concat([TEXT, Buffer.from("more\n"), TEXT]),
    undefined,
  ]);
  assert.deepEqual(await unpack(GZIP, new Uint8Array(600)), [TEXT, undefined]);
  assert.deepEqual(await unpack(gzipSync("")), [Buffer.alloc(0), undefined]);
});

Deno.test("what is wrong with a gzip is said after what could be unpacked", async () => {
  const crc = Buffer.from(GZIP);
  crc[crc.length - 6] ^= 1;
  const cases: [number, string, ...Uint8Array[]][] = [
    [0.9, "the gzip data is damaged: incorrect data check", crc],
    [1, "the gzip data is cut off", GZIP.subarray(0, -3)],
    [1, "the gzip data is cut off", GZIP, GZIP.subarray(0, 5)],
    [1, "something that is not gzip follows the gzip data", GZIP, Buffer.from("garbage")],
    [0, "this is not gzip", TEXT],
    [0, "the gzip data is cut off"],
    [0.25, "the gzip data is cut off", GZIP.subarray(0, GZIP.length >> 1)],
  ];
  for (const [atLeast, why, ...parts] of cases) {
    const [bytes, error] = await unpack(...parts);
    assert.equal(error, `InputError: ${why}`);
    assert.ok(bytes.length >= atLeast * TEXT.length, `${bytes.length} bytes before "${why}"`);
    assert.ok(TEXT.subarray(0, bytes.length).equals(bytes));
  }
});

Deno.test("a gzip that unpacks to a thousandfold is not held in memory", async () => {
  const bomb = gzipSync(new Uint8Array(400e6));
  assert.ok(bomb.length < 500e3);
  const before = Deno.memoryUsage().rss;
  let length = 0, most = 0;
  for await (const piece of openBytes(new Blob([new Uint8Array(bomb)]).stream(), true)) {
    length += piece.length;
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  assert.equal(length, 400e6);
  assert.ok(most - before < 200e6, `${most - before} bytes more`);
});
