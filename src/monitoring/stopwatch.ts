import { Latencies } from "./latencies.ts";
import type { Metric } from "../store/operations.ts";
import type { Circumstance } from "./circumstances.ts";

/** What runs beside queries and may slow them. */
export type Work = "move" | "load" | "upkeep";
const WORKS = ["move", "load", "upkeep"] as const;

/** Answers with more files or segments than this take their time by nature. */
const LARGE = 1000;
/** So many operations of a kind are the first of their kind: they open files, fill caches, and run code for the first time. */
const FIRST = 20;

/** Takes the time of operations. Those that fail are not counted. */
export class Stopwatch {
  #latencies = new Latencies();
  #running: Record<Work, number> = { move: 0, load: 0, upkeep: 0 };
  #runs = new Map<Metric, number>();
  #operations = 0;

  /** Runs an operation; `sizeOf` counts the files or segments of what it gives. */
  async time<T>(metric: Metric, run: () => Promise<T>, sizeOf?: (result: T) => number): Promise<T> {
    this.#operations++;
    const before = this.#work, begun = performance.now();
    const result = await run();
    const ms = performance.now() - begun;
    this.#latencies.record(metric, this.#circumstance(metric, sizeOf?.(result) ?? 0, before), ms);
    return result;
  }

  #circumstance(metric: Metric, size: number, before: Work | undefined): Circumstance {
    const runs = this.#runs.get(metric) ?? 0;
    if (runs < FIRST) {
      this.#runs.set(metric, runs + 1);
      return "first";
    }
    return size > LARGE ? "large" : before ?? this.#work ?? "usual";
  }

  /** How many operations were begun. */
  get operations(): number {
    return this.#operations;
  }

  /** Whether something runs that may slow operations. */
  get isBusy(): boolean {
    return this.#work !== undefined;
  }

  get #work(): Work | undefined {
    return WORKS.find((work) => this.#running[work] > 0);
  }

  /** Runs something that may slow operations meanwhile. */
  async during<T>(work: Work, run: () => Promise<T>): Promise<T> {
    const end = this.begin(work);
    try {
      return await run();
    } finally {
      end();
    }
  }

  /** The same for what is not one call: gives what ends it. */
  begin(work: Work): () => void {
    this.#running[work]++;
    return () => this.#running[work]--;
  }

  /** The store is another one now, whose first operations are first again. */
  restart(): void {
    this.#runs.clear();
  }

  /** What was recorded since the last time. */
  take(): Latencies {
    const taken = this.#latencies;
    this.#latencies = new Latencies();
    return taken;
  }
}
