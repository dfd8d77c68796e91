import { UsyncError } from "../domain/errors.ts";
import type { Sql } from "./connection.ts";
import type { Connections } from "./connections.ts";

/** What a step changes in the totals of its lane. */
export interface Change {
  files: number;
  segments: number;
  posted: number;
  pending: number;
  bytes: number;
  /** The id of the next block that is stored. */
  nextBlock: number;
}

type Work<T> = (sql: Sql, change: Change) => Promise<T>;

interface Step {
  id: string;
  bytes: number;
  work: Work<unknown>;
  result?: unknown;
}

/** Bytes of steps that a crash of the server may undo. */
const UNSURE_BYTES = 8 * 2 ** 20;

/**
 * Runs the steps of a lane, one at a time, each in one transaction and with effect once, whatever happens to connections
 * and server: `totals.last` names the last step that was done. So a step whose COMMIT got no answer is not repeated when
 * it was done, and steps that a crash has undone, since they were not on the server's disk yet, are done again.
 */
export class Journal {
  #connections: Connections;
  #lane: number;
  /** The last step that is on the server's disk; undefined where none of ours is. */
  #sure: string | undefined;
  /** The steps after it, in order. */
  #unsure: Step[] = [];

  constructor(connections: Connections, lane: number) {
    this.#connections = connections;
    this.#lane = lane;
  }

  /** Runs a step; with `durable` it is on the server's disk when this returns. `bytes`: about what it holds in memory. */
  async run<T>(durable: boolean, bytes: number, work: Work<T>): Promise<T> {
    const step: Step = { id: crypto.randomUUID(), bytes, work }, steps = [...this.#unsure, step];
    const isSure = durable || steps.reduce((sum, { bytes }) => sum + bytes, 0) > UNSURE_BYTES;
    await this.#connections.transaction((sql) => this.#do(sql, steps, isSure));
    if (isSure) this.#sure = step.id;
    this.#unsure = isSure ? [] : steps;
    return step.result as T;
  }

  async #do(sql: Sql, steps: Step[], isSure: boolean): Promise<void> {
    // Waits for a transaction of a lost connection that still runs, so that it is clear whether that was committed.
    const [{ last, next_block }] = await sql<{ last: string | null; next_block: number }[]>`
      SELECT last, next_block, set_config('synchronous_commit', ${isSure ? "on" : "off"}, true) FROM totals
      WHERE lane = ${this.#lane} FOR UPDATE`;
    const change = await runAll(sql, this.#missing(steps, last), next_block);
    const { files, segments, posted, pending, bytes } = change;
    await sql`UPDATE totals SET files = files + ${files}, segments = segments + ${segments}, posted = posted + ${posted},
      pending = pending + ${pending}, content_bytes = content_bytes + ${bytes}, next_block = ${change.nextBlock},
      last = ${steps[steps.length - 1].id}
      WHERE lane = ${this.#lane}`;
  }

  /** The steps that come after the last one that was done. */
  #missing(steps: Step[], last: string | null): Step[] {
    const done = steps.findIndex(({ id }) => id === last);
    if (done >= 0 || this.#sure === undefined || this.#sure === last) return steps.slice(done + 1);
    throw new UsyncError("Cannot write to the PostgreSQL database: it does not have what it had confirmed as stored", {
      hint:
        "A backup was restored, a standby took over that was behind, or another program writes to the same schema. " +
        "Run `usync-db verify`, and import the latest inputs again.",
    });
  }
}

async function runAll(sql: Sql, steps: Step[], nextBlock: number): Promise<Change> {
  const change = { files: 0, segments: 0, posted: 0, pending: 0, bytes: 0, nextBlock };
  for (const step of steps) step.result = await step.work(sql, change);
  return change;
}

/** The last steps of all lanes: while they are the same, nothing has been written. */
export async function lastSteps(sql: Sql): Promise<string> {
  const rows = await sql<{ last: string | null }[]>`SELECT last FROM totals ORDER BY lane`;
  return rows.map(({ last }) => last).join();
}
