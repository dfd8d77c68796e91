import assert from "node:assert/strict";
import { newSecret } from "../../src/files/secret.ts";

Deno.test("secrets are long, different, and need no quoting", () => {
  const secrets = new Set(Array.from({ length: 100 }, newSecret));
  assert.equal(secrets.size, 100);
  for (const secret of secrets) assert.match(secret, /^[\w-]{32}$/);
});
