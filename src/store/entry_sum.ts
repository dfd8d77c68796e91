const MODULUS = 65521;

/**
 * The entries of an index, each a hash of 32 bits and a number that it leads to, as their count and a sum that does not
 * depend on their order. A wrong byte in one entry changes it; it stays exact for hundreds of millions.
 */
export class EntrySum {
  count = 0;
  sum = 0;
  static readonly MODULUS = MODULUS;

  /** `leadsTo` may be its rest by `EntrySum.MODULUS`. */
  add(hash: number, leadsTo: number): void {
    hash >>>= 0;
    this.count++;
    this.sum += ((hash % MODULUS + 1) * (leadsTo % MODULUS) + hash) % 16777213;
  }

  equals(other: { count: number; sum: number }): boolean {
    return this.count === other.count && this.sum === other.sum;
  }

  /** What adding every row of a table would give, as SQL that gives `count` and `sum`; both arguments are expressions. */
  static sql(table: string, hash: string, leadsTo: string): string {
    return `SELECT count(*) AS count,
        coalesce(sum(((hash % ${MODULUS} + 1) * (leads_to % ${MODULUS}) + hash) % 16777213), 0) AS sum
      FROM (SELECT ${hash} & 4294967295 AS hash, ${leadsTo} AS leads_to FROM ${table}) AS entries`;
  }
}
