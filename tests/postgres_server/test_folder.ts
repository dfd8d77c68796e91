import path from "node:path";
import { remove } from "../../src/files/held.ts";

/** A new folder that other accounts may pass (root runs PostgreSQL as one), removed at the end of its block. */
export async function testFolder(...names: string[]): Promise<AsyncDisposable & { path: string }> {
  const top = await Deno.realPath(await Deno.makeTempDir({ prefix: "usync-postgres-" }));
  if (Deno.build.os !== "windows") await Deno.chmod(top, 0o755);
  const folder = path.join(top, ...names);
  await Deno.mkdir(folder, { recursive: true });
  return { path: folder, [Symbol.asyncDispose]: () => remove(top) };
}
