import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { shared } from "./shared_folder.ts";

const KEEPER = fileURLToPath(new URL("postgres_keeper.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** The address of a PostgreSQL server for tests: the one that is named, else one that runs as long as the tests do. */
export async function testPostgres(): Promise<string> {
  return Deno.env.get("USYNC_TEST_POSTGRES_URL") ?? await readFile(await shared("postgres.url", startKeeper), "utf8");
}

/** Starts a server for all test files, and writes its address into a file. */
async function startKeeper(file: string): Promise<void> {
  const keeper = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--config", CONFIG, KEEPER, `${Deno.pid}`],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let url = "";
  for await (const bytes of keeper.stdout) {
    url += new TextDecoder().decode(bytes);
    if (url.endsWith("\n")) break;
  }
  if (url === "") {
    throw new Error(`The PostgreSQL server for the tests did not start: ${await new Response(keeper.stderr).text()}`);
  }
  keeper.unref();
  await writeFile(file, url.trim());
}
