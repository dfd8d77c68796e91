import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCount } from "../../src/domain/format_count.ts";

Deno.test("a count has its digits in groups, as Intl writes it", () => {
  const amounts = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.nat(1e7).map((n) => n / 10));
  fc.assert(fc.property(amounts, (n) => assert.equal(formatCount(n), n.toLocaleString("en-US"))), {
    examples: [[0], [999], [1000], [1234.5], [1_000_000]],
  });
});
