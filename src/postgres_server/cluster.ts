import path from "node:path";
import { UsyncError } from "../domain/errors.ts";
import { giveTo } from "./account.ts";
import { majorVersion, program } from "./binaries.ts";
import { explainFileError } from "../files/explain_file_error.ts";
import { remove, rename } from "../files/held.ts";
import { exists, readTextIfThere } from "../files/read.ts";
import { replaceFile } from "../files/replace.ts";
import type { InstallContext } from "./install_binaries.ts";
import type { ServerLayout } from "./layout.ts";
import { newSecret, readSecret, writeSecret } from "../files/secret.ts";
import { runProgram } from "./run_program.ts";
import { HOST_ACCESS, ROLE } from "./server_settings.ts";

/** The major version that made the cluster, undefined where there is none. */
export async function clusterVersion(layout: ServerLayout): Promise<number | undefined> {
  const text = await readTextIfThere(path.join(layout.cluster, "PG_VERSION"));
  return text === undefined ? undefined : majorVersion(text);
}

/**
 * Makes sure that binaries fit the cluster, if there is one.
 * @throws {UsyncError} when the cluster is of another major version
 */
export async function checkClusterVersion(layout: ServerLayout, version: string): Promise<void> {
  const present = await clusterVersion(layout);
  if (present === undefined || present === majorVersion(version)) return;
  throw new UsyncError(
    `Cannot use PostgreSQL ${version} here: the data in ${layout.cluster} is of PostgreSQL ${present}`,
    { hint: "`usync-db postgres upgrade` moves the store to another version; it takes the same options." },
  );
}

/**
 * Makes the cluster with the programs in `bin` if there is none, in a folder beside that becomes the real one by a
 * rename; and the password, which is kept where there is one.
 * @throws {UsyncError} when it cannot be made; nothing of it is left then
 */
export async function createCluster(context: InstallContext, bin: string): Promise<void> {
  const { layout, account, report } = context;
  if (await clusterVersion(layout) !== undefined) return;
  report.message("Setting up the database");
  const id = `creating-${crypto.randomUUID()}`;
  const staging = path.join(layout.root, id);
  const passwordFile = account === undefined ? layout.passwordFile : path.join(layout.root, `${id}.password`);
  try {
    const password = await readSecret(layout.passwordFile) ?? newSecret();
    if (!await exists(layout.passwordFile)) await writeSecret(layout.passwordFile, password, report.message);
    if (account !== undefined) {
      await writeSecret(passwordFile, password, report.message);
      await giveTo(account, passwordFile);
    }
    await Deno.mkdir(staging, { mode: 0o700 });
    await giveTo(account, staging);
    await runInitdb(context, bin, id, passwordFile);
    await configure(context, staging);
    await rename(staging, layout.cluster);
  } catch (error) {
    await remove(staging);
    throw explainFileError(error, "set up the database", layout.root);
  } finally {
    if (account !== undefined) await remove(passwordFile);
  }
}

async function runInitdb(
  { layout, account }: InstallContext,
  bin: string,
  folder: string,
  passwordFile: string,
): Promise<void> {
  // Everything that initdb would guess from the user, the path and the system is said.
  const { code, output } = await runProgram(program(bin, "initdb"), [
    `--pgdata=${folder}`,
    `--username=${ROLE}`,
    "--encoding=UTF8",
    "--locale=C",
    "--text-search-config=simple",
    "--auth-local=scram-sha-256",
    "--auth-host=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--data-checksums",
    "--no-instructions",
  ], { account, cwd: layout.root });
  if (code === 0) return;
  const full = /no space left|ENOSPC|not enough space/i.test(output);
  throw new UsyncError(
    `Cannot set up the database: ${full ? `the disk of ${layout.root} is full` : "initdb failed"}\n${
      lastLines(output, 6)
    }`,
    { hint: full ? "Free some space there (about 1 GB), then run the command again." : undefined },
  );
}

async function configure({ account }: InstallContext, cluster: string): Promise<void> {
  const main = path.join(cluster, "postgresql.conf");
  await writeServerFile(main, await Deno.readTextFile(main) + "\ninclude = 'usync.conf'\n");
  await writeServerFile(path.join(cluster, "pg_hba.conf"), HOST_ACCESS);
  await giveTo(account, main);
  await giveTo(account, path.join(cluster, "pg_hba.conf"));
}

/** Writes a configuration file of the server, which its account owns. */
export function writeServerFile(file: string, text: string): Promise<void> {
  return replaceFile(file, text, 0o600);
}

/** The end of a program's output. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
