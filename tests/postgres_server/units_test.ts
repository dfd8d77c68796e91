import assert from "node:assert/strict";
import path from "node:path";
import { UsyncError } from "../../src/domain/errors.ts";
import { pinnedDownload } from "../../src/postgres_server/binaries_source.ts";
import { explainFileError } from "../../src/files/explain_file_error.ts";
import { freePort, isFree } from "../../src/postgres_server/free_port.ts";
import { serverLayout } from "../../src/postgres_server/layout.ts";
import { trimLogs } from "../../src/postgres_server/server_logs.ts";
import { swapBinaries, takeBack } from "../../src/postgres_server/install_binaries.ts";
import { isNewer } from "../../src/postgres_server/binaries.ts";
import { memorySettings, serverSettings } from "../../src/postgres_server/server_settings.ts";
import { readState, writeState } from "../../src/postgres_server/server_state.ts";
import { unpack } from "../../src/postgres_server/unpack.ts";
import { CAN_MOUNT, onDisk } from "../support/small_disk.ts";
import { testTarGz } from "./test_archives.ts";
import { testFolder } from "./test_folder.ts";

const GB = 2 ** 30;

Deno.test("settings follow the memory, within bounds", () => {
  const of = (memory?: number) => Object.values(memorySettings(memory));
  assert.deepEqual(of(4 * GB), [256, 16, 128, 1024]);
  assert.deepEqual(of(undefined), [256, 16, 128, 1024]);
  assert.deepEqual(of(GB), [128, 8, 64, 512]);
  assert.deepEqual(of(16 * GB), [1024, 64, 512, 4096]);
  assert.deepEqual(of(256 * GB), [4096, 64, 1024, 65536]);
  const lines = serverSettings({ memory: 4 * GB, port: 5555 }).split("\n");
  for (
    const line of ["listen_addresses = '127.0.0.1'", "port = 5555", "shared_buffers = 256MB", "wal_buffers = 16MB"]
  ) {
    assert.ok(lines.includes(line), line);
  }
});

Deno.test("only Windows has a pinned download", () => {
  assert.equal(pinnedDownload("linux", "x86_64"), undefined);
  assert.equal(pinnedDownload("windows", "aarch64"), undefined);
  const pinned = pinnedDownload("windows", "x86_64")!;
  assert.match(pinned.url, /^https:\/\/get\.enterprisedb\.com\/.*-windows-x64-binaries\.zip$/);
  assert.match(pinned.sha256, /^[0-9a-f]{64}$/);
});

Deno.test("versions are compared by their numbers", () => {
  assert.ok(isNewer("18.10", "18.9") && isNewer("18.0", "9.6") && isNewer("18.1", ""));
  assert.ok(!isNewer("18.4", "18.4") && !isNewer("14.23", "18.4"));
});

Deno.test("binaries are swapped with those of another server, taken back, and found beside after a kill", async () => {
  await using folder = await testFolder();
  const [layout, other] = [serverLayout(folder.path), serverLayout(folder.path, "postgres-2")];
  const binaries = (version: string) => ({ folder: "binaries/bin", version, source: "x", sha256: null });
  const put = async (path: string, version: string) => {
    await Deno.mkdir(path, { recursive: true });
    await Deno.writeTextFile(`${path}/version`, version);
  };
  const there = () => Deno.readTextFile(path.join(layout.binaries, "version"));
  const known = async () => (await readState(layout)).binaries?.version;
  await put(layout.binaries, "18.1");
  await put(other.binaries, "18.4");
  await swapBinaries(layout, binaries("18.4"), other);
  assert.deepEqual([await there(), await known()], ["18.4", "18.4"]);
  await swapBinaries(layout, binaries("18.1")); // it did not start
  assert.deepEqual([await there(), await known()], ["18.1", "18.1"]);
  await Deno.rename(layout.binaries, layout.replacedBinaries);
  await takeBack(layout, binaries("18.1"));
  assert.equal(await there(), "18.1");
  const elsewhere = { ...binaries("18.4"), folder: folder.path };
  await swapBinaries(layout, elsewhere, other);
  await takeBack(layout, elsewhere);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(layout.root), ({ name }) => name)).sort(), [
    "binaries.old",
    "server.json",
  ]);
});

Deno.test("a free port is the preferred one, else another", () => {
  using busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = busy.addr;
  assert.equal(isFree(port), false);
  const chosen = freePort(port);
  assert.notEqual(chosen, port);
  assert.equal(freePort(chosen), chosen);
  assert.notEqual(freePort(chosen, new Set([chosen])), chosen);
});

Deno.test("the state is read as it was written, and a foreign one is refused", async () => {
  await using folder = await testFolder();
  const layout = serverLayout(folder.path);
  await Deno.mkdir(layout.root);
  assert.deepEqual(await readState(layout), { format: 1, binaries: null, port: null, stay: false });
  const binaries = { folder: "18.4-12345678/bin", version: "18.4", source: "x", sha256: null };
  await writeState(layout, { format: 1, binaries, port: 5433, stay: true });
  assert.deepEqual(await readState(layout), { format: 1, binaries, port: 5433, stay: true });
  for (const text of ["{", "null", '{"format":2}']) {
    await Deno.writeTextFile(layout.stateFile, text);
    await assert.rejects(readState(layout), UsyncError);
  }
});

Deno.test("old and large logs are removed at a start", async () => {
  await using folder = await testFolder();
  const make = async (name: string, bytes: number, ageDays: number) => {
    const file = path.join(folder.path, name);
    await Deno.writeFile(file, new Uint8Array(bytes));
    const time = new Date(Date.now() - ageDays * 24 * 3600 * 1000);
    await Deno.utime(file, time, time);
  };
  await make("server-Mon.log", 100, 8);
  await make("server-Tue.log", 25_000_000, 0);
  await make("server-Wed.log", 100, 1);
  await make("start.log", 100, 0);
  await trimLogs(folder.path);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), ["server-Wed.log"]);
});

Deno.test("what the file system says becomes an error with a way out", () => {
  const denied = explainFileError(new Deno.errors.PermissionDenied("(os error 13)"), "do it", "/there") as UsyncError;
  assert.match(denied.message, /^Cannot do it: access to \/there was denied/);
  assert.match(denied.hint!, /--data DIR/);
  const other = new TypeError("a bug");
  assert.equal(explainFileError(other, "do it", "/there"), other);
});

for (const [options, expected] of [["size=20m", /the disk of .* is full/], ["ro", /is on a read-only disk/]] as const) {
  const name = `on a disk with ${options} unpacking says so and leaves nothing`;
  const run = async (disk: string) => {
    const { file } = await testTarGz();
    await assert.rejects(unpack(file, path.join(disk, "new")), (error: UsyncError) => {
      assert.match(error.message, expected);
      return error instanceof UsyncError && error.hint !== undefined;
    });
    assert.deepEqual(await Array.fromAsync(Deno.readDir(disk)), []);
  };
  Deno.test({ name, ignore: !CAN_MOUNT, fn: () => onDisk(options, run) });
}
