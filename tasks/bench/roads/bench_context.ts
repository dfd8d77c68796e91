import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { remove } from "../../../src/files/held.ts";
import type { Run } from "../run.ts";
import { canRun, runStep } from "../run_step.ts";
import { Inputs } from "./inputs.ts";
import { Program } from "./program.ts";
import type { Measurement, RoadsReport, TimedRow } from "./report.ts";

/** Another program that does the same with the same input. */
export interface Peer {
  name: string;
  /** What must be here for it to be measured: a command that ends well then, by name. */
  needs: Record<string, string[]>;
  /** What it prints last, where it prints something, is how many segments it has. */
  run(): Promise<Run>;
}

/** What a row of a road is about. */
export type RowName = Pick<TimedRow, "road" | "what" | "unit" | "amount">;

export interface BenchOptions {
  /** Segments that the largest inputs have; the others have a part of that. */
  segments: number;
  /** How often each is measured, where there is time for it. */
  repeat: number;
  /** What all roads together may take. One that has had its part of it is not repeated; each is measured once, whatever it takes. */
  minutes: number;
  /** Where inputs are kept; the data folders are made there, too, since an executable may only read below its folder. */
  inputs: string;
  /** An executable to measure instead of the source. */
  program?: string;
  postgresUrl?: string;
}

/** What the roads work with. */
export class BenchContext {
  readonly inputs: Inputs;
  readonly program: Program;
  readonly report: RoadsReport;
  readonly postgresUrl: string | undefined;
  readonly #work: string;
  readonly #end: number;
  #endOfRoad = 0;

  constructor({ segments, repeat, minutes, inputs, program, postgresUrl }: BenchOptions) {
    this.inputs = new Inputs(inputs);
    this.program = new Program(program, inputs);
    this.postgresUrl = postgresUrl;
    const machine = {
      target: Deno.build.target,
      processors: navigator.hardwareConcurrency,
      memory_bytes: Deno.systemMemoryInfo().total,
    };
    const date = new Date().toISOString();
    this.report = { date, machine, segments, repeat, rows: [], failures: [], missing: [] };
    this.#work = join(inputs, "usync-bench-work");
    this.#end = performance.now() + minutes * 60_000;
  }

  /** Gives the next road its part of the time that is left; `left`: how many there are still, with it. */
  beginRoad(left: number): void {
    const now = performance.now();
    this.#endOfRoad = now + Math.max(0, this.#end - now) / left;
  }

  /** A part of the segments that were asked for. */
  part(share: number): number {
    return Math.max(1, Math.round(this.report.segments * share));
  }

  /** The path of something that a road makes, which is not there; what was there is removed. */
  async fresh(name: string): Promise<string> {
    const path = join(this.#work, name);
    mkdirSync(this.#work, { recursive: true });
    await remove(path);
    return path;
  }

  /** Removes all that roads have made but the inputs. */
  async clean(): Promise<void> {
    await remove(this.#work);
  }

  /**
   * Measures ours and the peers that are here by turns. `stored` counts after the last turn.
   * Throws when that is not the amount.
   */
  async measure(name: RowName, ours: () => Promise<Measurement>, stored: () => Promise<number>, peers: Peer[] = []) {
    const there = await this.#there(peers);
    const row: TimedRow = { ...name, stored: 0, ours: [], peers: there.map(({ name }) => ({ name, runs: [] })) };
    let turnTook = 0;
    for (let i = 0; i < this.report.repeat && (i === 0 || performance.now() + turnTook < this.#endOfRoad); i++) {
      const started = performance.now();
      row.ours.push(withoutOutput(await ours()));
      for (const [j, peer] of there.entries()) await this.#runPeer(peer, name.amount, row.peers[j].runs);
      turnTook = performance.now() - started;
    }
    row.stored = await stored();
    row.peers = row.peers.filter(({ runs }) => runs.length === row.ours.length);
    this.report.rows.push(row);
    if (row.stored !== row.amount) throw new Error(`${row.what}: ${row.stored} of ${row.amount} ${row.unit} are there`);
  }

  async #there(peers: Peer[]): Promise<Peer[]> {
    const there: Peer[] = [];
    for (const peer of peers) {
      const absent: string[] = [];
      for (const [name, [program, ...args]] of Object.entries(peer.needs)) {
        if (!await canRun(program, ...args)) absent.push(name);
      }
      if (absent.length === 0) there.push(peer);
      else this.#miss(`${peer.name} (needs ${absent.join(", ")})`);
    }
    return there;
  }

  /** A peer that gives up is no failure of ours: it is named, and has no numbers. */
  async #runPeer(peer: Peer, amount: number, runs: Measurement[]): Promise<void> {
    try {
      const run = await peer.run(), counted = run.stdout.trim().split("\n").at(-1)!;
      if (/^\d+$/.test(counted) && Number(counted) !== amount) {
        throw new Error(`it has ${counted} instead of ${amount}`);
      }
      runs.push(withoutOutput(run));
    } catch (error) {
      const lines = (error as Error).message.trim().split("\n");
      this.#miss(`${peer.name} (${lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1)})`);
    }
  }

  #miss(peer: string): void {
    if (!this.report.missing.includes(peer)) this.report.missing.push(peer);
  }

  /** How many segments or files a store has. */
  async stored(data: string, unit: TimedRow["unit"]): Promise<number> {
    return (await this.program.json(data, "status"))[unit];
  }

  /** Adds the bytes that a segment takes in a store. */
  async addBytes(road: string, data: string, peer?: { name: string; values: number[] }): Promise<void> {
    const { database_bytes, segments } = await this.program.json(data, "status");
    this.report.rows.push({
      road,
      what: "bytes a segment of that",
      unit: "bytes",
      ours: [database_bytes / segments],
      peer,
    });
  }

  /** Adds the p50 and p99 of the queries on a store. */
  async addQueries(road: string, data: string): Promise<void> {
    const { numbers } = await runStep("query", data);
    for (const query of ["file read", "Message-ID lookup", "search page"]) {
      const ours = [numbers[`${query} p50`], numbers[`${query} p99`]];
      this.report.rows.push({ road, what: `${query} after that, p50 / p99`, unit: "ms", ours });
    }
  }

  /** Makes a store that stays on the tier `sqlite`, whatever comes. */
  async keepOneFile(data: string): Promise<void> {
    for (const limit of ["max-segments", "max-content-bytes", "max-database-bytes"]) {
      await this.program.run(data, "config", "set", `sqlite.${limit}`, "9e15");
    }
  }
}

function withoutOutput({ seconds, cpuSeconds, memoryMb }: Measurement): Measurement {
  return { seconds, cpuSeconds, memoryMb };
}
