import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Packing } from "../../src/packings/packing.ts";
import { PACKINGS } from "../../src/packings/packings.ts";
import { readFile } from "../../src/packings/read_file.ts";
import { inTempFolder } from "../support/temp_folder.ts";

const TEXT = Buffer.from(Array.from({ length: 30_000 }, (_, i) => `line ${i * i % 997}\n`).join(""));

function golden(name: string): Buffer {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url));
}

/** `TEXT` as each packing has it, made by Python's modules of these names. */
const PACKED: Record<string, Buffer> = { gzip: gzipSync(TEXT), bzip2: golden("lines.bz2"), xz: golden("lines.xz") };

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

/** Unpacks bytes that come in pieces of some size. */
function unpack(packing: Packing, parts: Uint8Array[], size = 65_536) {
  const all = Buffer.concat(parts);
  const pieces = async function* () {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
  };
  return readAll(packing.unpack(pieces()));
}

Deno.test("a file is read whole and closed, to its end or given up", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "größe 文件.txt");
    const big = Buffer.concat(Array(5).fill(TEXT));
    await Deno.writeFile(path, big);
    assert.deepEqual(await readAll(readFile(path)), [big, undefined]);
    for await (const _ of readFile(path)) break;
    await Deno.rename(path, path + "2"); // Windows refuses where the file is still open
  }));

Deno.test("a file that is not there is named", () =>
  inTempFolder(async (folder) => {
    const path = join(folder, "missing");
    assert.deepEqual(await readAll(readFile(path)), [
      Buffer.alloc(0),
      `UsyncError: Cannot read ${path}: there is no such file`,
    ]);
    assert.match((await readAll(readFile(folder)))[1]!, /^UsyncError: Cannot read /);
  }));

for (const packing of PACKINGS) {
  const packed = PACKED[packing.name];

  Deno.test(`${packing.name} is told by its first bytes, and unpacked whatever the pieces it comes in`, async () => {
    assert.deepEqual(PACKINGS.filter(({ begins }) => begins(packed)), [packing]);
    assert.ok(!packing.begins(TEXT) && !packing.begins(new Uint8Array(0)) && !packing.begins(packed.subarray(0, 1)));
    for (const size of [997, 65_536, 1 << 20]) {
      assert.deepEqual(await unpack(packing, [packed], size), [TEXT, undefined]);
    }
  });

  Deno.test(`${packing.name} of several streams is unpacked to its end`, async () => {
    assert.deepEqual(await unpack(packing, [packed, packed, packed], 1000), [
      Buffer.concat([TEXT, TEXT, TEXT]),
      undefined,
    ]);
  });

  Deno.test(`${packing.name} that is cut off anywhere ends in an error, never as if it were whole`, async () => {
    for (const length of [6, 40, packed.length >> 1, packed.length - 20, packed.length - 4, packed.length - 1]) {
      const [bytes, error] = await unpack(packing, [packed.subarray(0, length)]);
      assert.match(error ?? "no error", /^InputError: the \w+ data is cut off/, `${length} bytes`);
      assert.ok(TEXT.subarray(0, bytes.length).equals(bytes));
    }
    const [bytes, error] = await unpack(packing, [packed, packed.subarray(0, packed.length >> 1)]);
    assert.match(error ?? "no error", /cut off/);
    assert.ok(bytes.length >= TEXT.length, "what came before the damage comes first");
  });

  Deno.test(`${packing.name} in which a bit is wrong ends in an error`, async () => {
    for (let at = 12; at < packed.length; at += Math.ceil(packed.length / 11)) {
      const damaged = Buffer.from(packed);
      damaged[at] ^= 4;
      const [, error] = await unpack(packing, [damaged]);
      assert.match(error ?? "no error", /^InputError: (the \w+ data is|something that is not)/, `byte ${at}`);
    }
  });

  Deno.test(`${packing.name} with something behind it ends in an error that says so`, async () => {
    const [bytes, error] = await unpack(packing, [packed, Buffer.from("no packed data at all")]);
    assert.match(error ?? "no error", new RegExp(`^InputError: something that is not ${packing.name} follows`));
    assert.ok(TEXT.subarray(0, bytes.length).equals(bytes));
  });

  Deno.test(`${packing.name} can be given up, and read again`, async () => {
    const twice = Buffer.concat([packed, packed]);
    for (let i = 0; i < 3; i++) {
      for await (const _ of packing.unpack(ReadableStream.from([twice]))) break;
    }
    assert.deepEqual(await unpack(packing, [packed]), [TEXT, undefined]);
  });

  Deno.test(`an error of what ${packing.name} is read from stays what it is`, async () => {
    const broken = async function* () {
      yield packed.subarray(0, packed.length >> 1);
      await Promise.resolve();
      throw new RangeError("gone");
    };
    assert.equal((await readAll(packing.unpack(broken())))[1], "RangeError: gone");
  });
}

Deno.test("zero bytes behind gzip are ignored, and an empty one is empty", async () => {
  const [gzip] = PACKINGS;
  assert.deepEqual(await unpack(gzip, [PACKED.gzip, new Uint8Array(600)]), [TEXT, undefined]);
  assert.deepEqual(await unpack(gzip, [gzipSync("")]), [Buffer.alloc(0), undefined]);
});

Deno.test("padding between the streams of an xz is no data", async () => {
  const padded = [PACKED.xz, new Uint8Array(8), PACKED.xz, new Uint8Array(4)];
  assert.deepEqual(await unpack(PACKINGS[2], padded), [Buffer.concat([TEXT, TEXT]), undefined]);
});

Deno.test("an xz whose checksum is not supported is refused, with what to do", async () => {
  assert.match((await unpack(PACKINGS[2], [golden("sha256.xz")]))[1]!, /not supported: pack it with/);
});

for (const [name, bomb] of [["gzip", gzipSync(new Uint8Array(100e6))], ["bzip2", golden("bomb.bz2")]] as const) {
  Deno.test(`a ${name} that unpacks to a thousandfold is not held in memory`, async () => {
    const packing = PACKINGS.find((packing) => packing.name === name)!, before = Deno.memoryUsage().rss;
    let length = 0, most = 0;
    for await (const piece of packing.unpack(ReadableStream.from([bomb]))) {
      length += piece.length;
      most = Math.max(most, Deno.memoryUsage().rss);
    }
    assert.ok(length > 400 * bomb.length);
    assert.ok(most - before < 200e6, `${most - before} bytes more`);
  });
}
