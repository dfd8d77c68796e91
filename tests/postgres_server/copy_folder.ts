import path from "node:path";

const KEEPS_OWNERS = Deno.build.os !== "windows" && Deno.uid() === 0;

/** Copies the folder of a server with its owners, as `cp -a` would, but for the lock. */
export async function copyFolder(from: string, to: string): Promise<void> {
  const { mode, uid, gid } = await Deno.stat(from);
  await Deno.mkdir(to, { mode: mode ?? undefined });
  if (KEEPS_OWNERS) await Deno.chown(to, uid, gid);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (isDirectory) await copyFolder(source, target);
    else if (name !== "lock") {
      await Deno.copyFile(source, target);
      const file = await Deno.stat(source);
      if (KEEPS_OWNERS) await Deno.chown(target, file.uid, file.gid);
    }
  }
}
