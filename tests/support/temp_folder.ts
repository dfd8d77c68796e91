/** Runs a test in a new folder, with a space and a letter beyond ASCII in its name, and removes it after. */
export async function inTempFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "usync test ü " });
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
