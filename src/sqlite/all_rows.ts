import type { SQLInputValue, StatementSync } from "node:sqlite";

const PAGE = 256;

/**
 * All rows of a query whose two parameters are the key to go on after and how many rows to give at most. In pages, because
 * `iterate()` of `node:sqlite` takes a page of the file that cannot be read for the end of the rows, and `all()` throws.
 */
export function* allRows<Row>(
  statement: StatementSync,
  after: SQLInputValue,
  keyOf: (row: Row) => SQLInputValue,
): Generator<Row> {
  for (let key = after;;) {
    const rows = statement.all(key, PAGE) as unknown[] as Row[];
    yield* rows;
    if (rows.length < PAGE) return;
    key = keyOf(rows[PAGE - 1]);
  }
}
