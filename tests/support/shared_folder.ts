import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remove } from "../../src/files/held.ts";

/** The name of the environment variable that names this run of the tests, for all its threads and what they start. */
const RUN = "USYNC_TEST_RUN";
if (Deno.env.get(RUN) === undefined) Deno.env.set(RUN, crypto.randomUUID());

/**
 * What test files need that takes a while to make: the first of them makes it, the others find it, and the last removes it. All
 * test files of a run are in one process, each in a thread of its own. Known at its first use, when all agree on the run.
 */
let folder = "";

/** The file that says that this test file uses the folder. */
let user: string | undefined;

/** Runs what takes no time while nobody else comes or goes. */
function alone<T>(run: () => T): T {
  const lock = `${folder}.lock`;
  for (let isMine = false; !isMine;) {
    try {
      mkdirSync(lock);
      isMine = true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  try {
    return run();
  } finally {
    rmdirSync(lock);
  }
}

function come(): void {
  folder ||= join(tmpdir(), `usync-tests-${Deno.env.get(RUN)}`);
  user ??= alone(() => {
    mkdirSync(folder, { recursive: true, mode: 0o755 }); // root runs PostgreSQL as another account, which must be able to pass
    const path = join(folder, `user-${crypto.randomUUID()}`);
    writeFileSync(path, "");
    return path;
  });
}

/**
 * Says that this file, or process, needs nothing any more; runs by itself after the tests of a file. `isLast`: nobody else does
 * either, whatever those have left that were killed.
 */
export async function leaveShared(isLast = false): Promise<void> {
  if (user === undefined) return;
  const left = `${folder}-${crypto.randomUUID()}`;
  const isRemoved = alone(() => {
    rmSync(user!);
    if (!isLast && readdirSync(folder).some((name) => name.startsWith("user-"))) return false;
    renameSync(folder, left);
    return true;
  });
  user = undefined;
  if (isRemoved) await remove(left);
}

Deno.test.afterAll(() => leaveShared());

/** The path of what `make` puts there, once for all test files. It must not be changed. */
export async function shared(name: string, make: (path: string) => Promise<void>): Promise<string> {
  come();
  const path = join(folder, name), making = `${path}.making`;
  while (!existsSync(path)) {
    try {
      mkdirSync(making, { mode: 0o755 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    try {
      if (existsSync(path)) break;
      await make(join(making, name));
      renameSync(join(making, name), path);
    } finally {
      await rm(making, { recursive: true });
    }
  }
  return path;
}
