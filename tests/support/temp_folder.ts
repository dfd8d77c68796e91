import { join } from "node:path";

/** Runs a test in a new folder, with a space and a letter beyond ASCII in its name, and removes it after. */
export async function inTempFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "usync test ü " });
  try {
    await run(folder);
  } catch (error) {
    await Deno.remove(folder, { recursive: true }).catch(() => {}); // why the test failed says more
    throw error;
  }
  await Deno.remove(folder, { recursive: true });
}

/** Runs a test with the path of a data folder that is not there yet, and the folder it is to be in. */
export function inDataFolder(run: (data: string, folder: string) => Promise<void>): Promise<void> {
  return inTempFolder((folder) => run(join(folder, "data"), folder));
}
