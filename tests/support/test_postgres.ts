import { fileURLToPath } from "node:url";

const KEEPER = fileURLToPath(new URL("postgres_keeper.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** The name of the environment variable with the address of a server to use; all test modules share its value. */
const VARIABLE = "USYNC_TEST_POSTGRES_URL";

async function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  try {
    (await Deno.connect({ hostname, port: Number(port || 5432) })).close();
    return true;
  } catch {
    return false;
  }
}

/** The address of a PostgreSQL server for tests: the one that is named, else one that runs as long as the tests do. */
export async function testPostgres(): Promise<string> {
  const known = Deno.env.get(VARIABLE);
  if (known !== undefined && await answers(known)) return known;
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
  Deno.env.set(VARIABLE, url.trim());
  return url.trim();
}
