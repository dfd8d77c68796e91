import { UnreachableError } from "../domain/errors.ts";
import { Interruption } from "../domain/interruption.ts";
import { fileDigest } from "../store/file_digest.ts";
import type { KnownFiles } from "../store/known_files.ts";
import type { Moment, MomentRound, MomentTotals } from "../store/moment.ts";
import { halvesOf, placementHash } from "../store/placement.ts";
import { rowCheck } from "../store/row_check.ts";
import { StoredBatchWriter } from "../store/stored_batch.ts";
import { Turns } from "../threads/turns.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { COPIED, ONE_STATE, scanState } from "./scan.ts";

/** One state of a database: a transaction of one connection, which ends with `close`, or with the connection. */
export class DatabaseMoment implements Moment {
  readonly parts = 1;
  readonly #connections: Connections;
  readonly #loss = new Interruption();
  readonly #done = Promise.withResolvers<void>();
  #ended: Promise<void> = Promise.resolve();
  #sql: Sql | undefined;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  fix(): Promise<MomentTotals> {
    const fixed = Promise.withResolvers<MomentTotals>();
    this.#ended = this.#connections.transaction(async (sql) => {
      if (this.#sql) throw lostError(); // it is tried again on another connection, which does not have the state
      const [totals] = await sql<MomentTotals[]>`
        SELECT sum(files)::float8 AS files, sum(segments)::float8 AS segments FROM totals`;
      this.#sql = sql;
      fixed.resolve({ ...totals });
      await this.#done.promise;
    }, ONE_STATE).catch((error) => {
      this.#loss.happen(error);
      fixed.reject(error);
    });
    return fixed.promise;
  }

  async *read(_part: number, known: KnownFiles): AsyncGenerator<MomentRound> {
    const pages = scanState(this.#sql!, COPIED), turns = new Turns();
    for (;;) {
      const { done, value: files } = await this.#loss.or(pages.next());
      if (done) return;
      const writer = new StoredBatchWriter(), round = { files: 0, segments: 0 };
      for (const { row, blocks } of files) {
        const { file_id, head: text, segments, posted, pending } = row, check = rowCheck(row.row_check, row);
        const digest = halvesOf(fileDigest(text, blocks));
        round.files++;
        round.segments += segments;
        if (!known.see(placementHash(file_id), digest)) {
          writer.add({ file_id, text, check, counts: { segments, posted, pending }, blocks }, digest);
        }
        await turns.pass();
      }
      yield { batch: writer.take(), ...round };
    }
  }

  async close(): Promise<void> {
    this.#done.resolve();
    await this.#ended;
  }
}

function lostError(): UnreachableError {
  return new UnreachableError("Cannot read on in the PostgreSQL database: the connection was lost", {
    hint: "Run the same command again: it begins anew.",
  });
}
