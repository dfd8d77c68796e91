import assert from "node:assert/strict";
import { messageOf } from "../../src/domain/errors.ts";

Deno.test("what the runtime refuses is told in the program's own words, by `deno run` and in an executable", () => {
  const endings = [
    "run again with the --allow-read flag",
    "specify the required permissions during compilation using `deno compile --allow-read`",
  ];
  for (const ending of endings) {
    const refused = (what: string) => messageOf(new Deno.errors.NotCapable(`Requires ${what}, ${ending}`));
    assert.equal(refused('read access to "/a b"'), 'this program is not allowed to read "/a b"');
    assert.equal(
      refused('net access to "192.0.2.1:443"'),
      'this program is not allowed to reach "192.0.2.1:443"',
    );
    assert.equal(refused("env access"), "this program is not allowed to read the environment variable anything there");
  }
});
