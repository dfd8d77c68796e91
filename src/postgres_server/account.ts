import path from "node:path";

/** The account of the operating system that the server runs under. */
export interface Account {
  uid: number;
  gid: number;
  /** For messages. */
  name: string;
}

const NOBODY = 65534;

/**
 * The account to run the server as: undefined for our own. PostgreSQL refuses to run as root, so root hands it to the
 * owner of the data folder, or to `nobody` where that is root too or has no name, which initdb wants. (On Windows pg_ctl
 * gives up administrator rights by itself.)
 */
export async function serverAccount(dataFolder: string): Promise<Account | undefined> {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return undefined;
  const { uid, gid } = await Deno.stat(dataFolder);
  const name = uid ? await accountName(uid) : undefined;
  if (name === undefined) return { uid: NOBODY, gid: NOBODY, name: "user nobody" };
  return { uid: uid!, gid: gid!, name: `user ${name}, the owner of ${dataFolder}` };
}

async function accountName(uid: number): Promise<string | undefined> {
  const lines = (await Deno.readTextFile("/etc/passwd")).split("\n");
  return lines.map((line) => line.split(":")).find((fields) => fields[2] === `${uid}`)?.[0];
}

/** Gives a file or folder to the account; nothing to do for our own. */
export async function giveTo(account: Account | undefined, target: string): Promise<void> {
  if (account !== undefined) await Deno.chown(target, account.uid, account.gid);
}

/** Gives a folder with all that is in it to the account where it is another's, as root's copy of it is. */
export async function giveTreeTo(account: Account | undefined, folder: string): Promise<void> {
  if (account === undefined || (await Deno.stat(folder)).uid === account.uid) return;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const target = path.join(folder, name);
    await (isDirectory ? giveTreeTo(account, target) : giveTo(account, target));
  }
  await giveTo(account, folder); // at the end: what is broken off before begins anew
}
