import assert from "node:assert/strict";
import path from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { unpack } from "../../src/postgres_server/unpack.ts";
import { tarOf, zipOf } from "./small_archives.ts";
import { testBin, testZip } from "./test_archives.ts";
import { testFolder } from "./test_folder.ts";

const WINDOWS = Deno.build.os === "windows";
const INITDB = WINDOWS ? "bin/initdb.exe" : "bin/initdb";

const FORMATS = [["tar.gz", tarOf], ["zip", zipOf]] as const;

/** Unpacks what was made and gives the folder; the folder and what is around it can be looked at by `check`. */
async function unpacked(bytes: Uint8Array, check: (folder: string) => Promise<void>): Promise<void> {
  await using top = await testFolder("inner");
  const archive = path.join(top.path, "archive");
  await Deno.writeFile(archive, bytes);
  const folder = path.join(top.path, "unpacked");
  await unpack(archive, folder);
  await check(folder);
}

/** Checks that an archive is refused for the reason, and that nothing of it is on the disk. */
async function refused(bytes: Uint8Array, reason: RegExp, limits?: { entries: number; bytes: number }): Promise<void> {
  await using top = await testFolder("inner", "deep");
  const archive = path.join(top.path, "archive");
  await Deno.writeFile(archive, bytes);
  await assert.rejects(unpack(archive, path.join(top.path, "unpacked"), { limits }), (error: UsyncError) => {
    assert.match(error.message, reason);
    return error instanceof UsyncError;
  });
  const left = async (folder: string) => await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  assert.deepEqual(await left(top.path), ["archive"]);
  assert.deepEqual(await left(path.dirname(top.path)), ["deep"]);
  assert.deepEqual(await left(path.join(top.path, "..", "..")), ["inner"]);
}

async function files(folder: string, below = ""): Promise<string[]> {
  const all: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path.join(folder, below))) {
    if (isDirectory) all.push(...await files(folder, `${below}${name}/`));
    else all.push(`${below}${name}`);
  }
  return all.sort();
}

for (const [format, archiveOf] of FORMATS) {
  Deno.test(`${format}: only bin, lib and share are unpacked, from wherever they are`, async () => {
    for (const prefix of ["", "pgsql/", "package/native/"]) {
      const names = [
        "pgAdmin 4/bin/x.exe",
        "doc/aux.html",
        INITDB,
        "lib/a/b.so",
        "share/postgres.bki",
        "symbols/x.pdb",
      ];
      const bytes = await archiveOf(names.map((name) => ({ name: prefix + name, text: name })));
      await unpacked(bytes, async (folder) => {
        assert.deepEqual(await files(folder), [INITDB, "lib/a/b.so", "share/postgres.bki"]);
        assert.equal(await Deno.readTextFile(path.join(folder, "lib/a/b.so")), "lib/a/b.so");
      });
    }
  });

  Deno.test(`${format}: hostile paths are refused`, async () => {
    const paths: [string, RegExp][] = [
      ["../evil", /leads out/],
      ["pgsql/../../evil", /leads out/],
      ["pgsql/share/../../../evil", /leads out/],
      ["pgsql\\..\\..\\evil", /leads out/],
      ["/etc/evil", /absolute/],
      ["\\evil", /absolute|leads out/],
      ["C:/evil", /drive/],
      ["c:evil", /drive/],
      ["pgsql/lib/NUL", /reserved/],
      ["pgsql/lib/com1.txt", /reserved/],
      ["pgsql/share/aux/x", /reserved/],
      ["pgsql/lib/a:stream", /character/],
      ["pgsql/lib/a\u0001b", /character/],
      ["pgsql/lib/dot.", /dot or space/],
      ["pgsql/lib/space /x", /dot or space/],
    ];
    for (const [name, reason] of paths) {
      // The zip reader refuses some of them by itself.
      const expected = format === "zip" ? new RegExp(`${reason.source}|Unsafe filename`) : reason;
      await refused(await archiveOf([{ name: `pgsql/${INITDB}` }, { name }]), expected);
    }
  });

  Deno.test(`${format}: a file that is there twice, by whatever case, is refused`, async () => {
    await refused(await archiveOf([{ name: INITDB }, { name: "lib/a" }, { name: "lib/A" }]), /twice/);
  });

  Deno.test(`${format}: links that lead out are refused, those inside become files`, async () => {
    for (
      const link of ["/etc/passwd", "../../../etc/passwd", "C:\\Windows\\win.ini", "..\\..\\..\\x"]
    ) {
      await refused(
        await archiveOf([{ name: `pgsql/${INITDB}` }, { name: "pgsql/lib/evil", link }]),
        /out of the archive/,
      );
    }
    const good = [
      { name: `pgsql/${INITDB}` },
      { name: "pgsql/lib/libpq.so", link: "libpq.so.5" },
      { name: "pgsql/lib/libpq.so.5", link: "./sub/../libpq.so.5.18" },
      { name: "pgsql/lib/libpq.so.5.18", text: "library" },
      { name: "pgsql/share/other", link: "../lib/libpq.so.5.18" },
      { name: "pgsql/lib/left-out", link: "../doc/x" },
    ];
    await unpacked(await archiveOf(good), async (folder) => {
      assert.deepEqual(await files(folder), [
        INITDB,
        "lib/libpq.so",
        "lib/libpq.so.5",
        "lib/libpq.so.5.18",
        "share/other",
      ]);
      for (const name of ["lib/libpq.so", "lib/libpq.so.5", "share/other"]) {
        const info = await Deno.lstat(path.join(folder, name));
        assert.ok(info.isFile && !info.isSymlink);
        assert.equal(await Deno.readTextFile(path.join(folder, name)), "library");
      }
    });
    const circle = [{ name: INITDB }, { name: "lib/a", link: "b" }, { name: "lib/b", link: "a" }];
    await refused(await archiveOf(circle), /leads to itself/);
  });

  Deno.test(`${format}: bombs are refused by number and by size`, async () => {
    const many = Array.from({ length: 300 }, (_, i) => ({ name: `pgsql/lib/${i}` }));
    await refused(await archiveOf([{ name: `pgsql/${INITDB}` }, ...many]), /more than 200 entries/, {
      entries: 200,
      bytes: 1e9,
    });
    const large = [{ name: `pgsql/${INITDB}` }, { name: "pgsql/lib/zeros", text: new Uint8Array(20_000_000) }];
    await refused(await archiveOf(large), /more than .* 10000000 bytes/, { entries: 200, bytes: 1e7 });
  });

  Deno.test(`${format}: an archive that was cut short or damaged is refused`, async () => {
    const random = crypto.getRandomValues(new Uint8Array(60_000));
    const bytes = await archiveOf([{ name: INITDB, text: random }, { name: "lib/x", text: random }]);
    await refused(bytes.subarray(0, bytes.length - 30_000), /damaged|neither|does not have|no bin/);
    const flipped = bytes.slice();
    flipped[50_000] ^= 0xff;
    await refused(flipped, /damaged|does not have/);
  });

  Deno.test(`${format}: an archive without PostgreSQL for this system says so`, async () => {
    await refused(await archiveOf([{ name: "readme.txt" }]), /there is no bin\/initdb/);
  });
}

Deno.test("tar.gz: devices and hard links that lead out are refused", async () => {
  await refused(await tarOf([{ name: INITDB }, { name: "lib/dev", device: true }]), /device/);
  await refused(await tarOf([{ name: INITDB }, { name: "lib/x", hardLink: "../../etc/passwd" }]), /out of the archive/);
  const good = [{ name: `p/${INITDB}` }, { name: "p/lib/x", text: "one" }, { name: "p/lib/y", hardLink: "p/lib/x" }];
  await unpacked(await tarOf(good), async (folder) => {
    assert.equal(await Deno.readTextFile(path.join(folder, "lib", "y")), "one");
  });
});

Deno.test("zip: an entry that is larger or smaller than it states is refused", async () => {
  const bytes = await zipOf([{ name: INITDB }, { name: "lib/zeros", text: new Uint8Array(1_000_000) }]);
  const stated = 1_000_000;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (const lie of [1000, 5_000_000]) {
    const lying = bytes.slice();
    const patch = new DataView(lying.buffer);
    for (let at = 0; at + 4 <= bytes.length; at++) {
      if (view.getUint32(at, true) === stated) patch.setUint32(at, lie, true);
    }
    assert.notDeepEqual(lying, bytes);
    await refused(lying, /damaged|does not have/);
  }
});

Deno.test("a file that is no archive is refused by its content", async () => {
  await refused(new TextEncoder().encode("<html>"), /neither a zip nor a tar\.gz/);
  await refused(new Uint8Array(), /neither a zip nor a tar\.gz/);
});

Deno.test("libraries get the names that programs ask for where the links are lost", { ignore: WINDOWS }, async () => {
  const entries = [{ name: INITDB }, { name: "lib/libicuuc.so.60.2", text: "icu" }, {
    name: "lib/libz.so.1",
    text: "z",
  }];
  await unpacked(await tarOf(entries), async (folder) => {
    assert.deepEqual(await files(path.join(folder, "lib")), ["libicuuc.so.60", "libicuuc.so.60.2", "libz.so.1"]);
  });
});

Deno.test("the real archives unpack to the same files", async () => {
  const [zip, bin] = [await testZip(), await testBin()];
  await using folder = await testFolder();
  const target = path.join(folder.path, "from-zip");
  await unpack(zip, target);
  const [one, other] = [await files(target), await files(path.dirname(bin))];
  // The zip could not hold the links, and only those that are asked for are made again.
  assert.deepEqual(one.filter((name) => !other.includes(name)), []);
  assert.deepEqual(other.filter((name) => !one.includes(name)).filter((name) => !/\.so$/.test(name)), []);
  for (const name of [INITDB, one[100], one.at(-1)!]) {
    assert.deepEqual(await Deno.readFile(path.join(target, name)), await Deno.readFile(path.join(bin, "..", name)));
  }
});
