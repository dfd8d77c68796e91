import { chmodSync, copyFileSync, cpSync, mkdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { remove } from "../../src/files/held.ts";
import { packTestArchive } from "../../tests/postgres_server/test_archives.ts";

/**
 * Calls `run` with the path of a new folder that has nothing but what a user put there: inputs, files and folders with
 * their files, in `inbox`; and PostgreSQL's binaries, `postgresql.tar.gz`. Removes it after.
 */
export async function inRoadFolder(
  inputs: string[],
  archive: string | undefined,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync road ü " }));
  try {
    const folder = join(top, "usync"), inbox = join(folder, "inbox"), binaries = join(folder, "postgresql.tar.gz");
    mkdirSync(inbox, { recursive: true });
    // Root runs PostgreSQL as another account, which must be able to pass.
    if (Deno.build.os !== "windows") chmodSync(top, 0o755);
    for (const input of inputs) {
      cpSync(input, statSync(input).isDirectory() ? inbox : join(inbox, basename(input)), { recursive: true });
    }
    if (archive === undefined) await packTestArchive(binaries);
    else copyFileSync(archive, binaries);
    await run(folder);
  } finally {
    await remove(top);
  }
}
