/**
 * Tries a finished executable as users use it, on the system that it is for: `deno task test:executable FILE`. Walks the road
 * with it, looks at what it may do, opens its page, kills it.
 */
import { chmodSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PERMISSIONS = "tests/cli/permissions_test.ts", TESTS = ["tests/executable", "tests/tasks/road_test.ts"];
// On Windows the server that these tests set up keeps the older Deno's outputs open, which they wait for.
if (Deno.build.os === "windows") console.log(`could not run here with the executable: ${PERMISSIONS}`);
else TESTS.push(PERMISSIONS);
const ROOT = fileURLToPath(new URL("..", import.meta.url));

const [file, ...flags] = Deno.args;
if (file === undefined) {
  console.error("Usage: deno task test:executable FILE [FLAG OF deno test]…");
  Deno.exit(2);
}
const path = resolve(file);
if (Deno.build.os !== "windows") chmodSync(path, 0o755); // which a download has not got
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-check", ...flags, ...TESTS],
  cwd: ROOT,
  env: { USYNC_TEST_EXECUTABLE: path },
}).spawn().status;
Deno.exit(code);
