import { Histogram, type HistogramJson } from "./histogram.ts";
import { type Circumstance, CIRCUMSTANCES, type Operation, OPERATIONS } from "./operations.ts";

/** As they are kept in a file: by operation and circumstance, without those that never were. */
export type LatenciesJson = { [operation in Operation]?: { [circumstance in Circumstance]?: HistogramJson } };

/** Latencies by operation and circumstance. */
export class Latencies {
  #histograms: (Histogram | undefined)[] = [];

  record(operation: Operation, circumstance: Circumstance, ms: number): void {
    this.#at(placeOf(operation, circumstance)).record(ms);
  }

  #at(place: number): Histogram {
    return this.#histograms[place] ??= new Histogram();
  }

  /** Undefined when there was none. */
  get(operation: Operation, circumstance: Circumstance): Histogram | undefined {
    return this.#histograms[placeOf(operation, circumstance)];
  }

  /** Whether the operation was there under any circumstance. */
  has(operation: Operation): boolean {
    return CIRCUMSTANCES.some((circumstance) => this.get(operation, circumstance) !== undefined);
  }

  /** All latencies of an operation under some circumstances. */
  sum(operation: Operation, circumstances: readonly Circumstance[]): Histogram {
    const sum = new Histogram();
    for (const circumstance of circumstances) {
      const histogram = this.get(operation, circumstance);
      if (histogram) sum.add(histogram);
    }
    return sum;
  }

  /** Adds what others have. */
  add(other: Latencies): void {
    other.#histograms.forEach((histogram, place) => histogram && this.#at(place).add(histogram));
  }

  get isEmpty(): boolean {
    return this.#histograms.length === 0;
  }

  *entries(): Generator<[Operation, Circumstance, Histogram]> {
    for (const operation of OPERATIONS) {
      for (const circumstance of CIRCUMSTANCES) {
        const histogram = this.get(operation, circumstance);
        if (histogram) yield [operation, circumstance, histogram];
      }
    }
  }

  toJSON(): LatenciesJson {
    const json: LatenciesJson = {};
    for (const [operation, circumstance, histogram] of this.entries()) {
      (json[operation] ??= {})[circumstance] = histogram.toJSON();
    }
    return json;
  }

  /** What `toJSON` has given; what has no meaning in it is left out. Throws a `RangeError` for what is no histogram. */
  static from(json: LatenciesJson): Latencies {
    const latencies = new Latencies();
    for (const operation of OPERATIONS) {
      for (const circumstance of CIRCUMSTANCES) {
        const histogram = json[operation]?.[circumstance];
        if (histogram) latencies.#histograms[placeOf(operation, circumstance)] = Histogram.from(histogram);
      }
    }
    return latencies;
  }
}

function placeOf(operation: Operation, circumstance: Circumstance): number {
  return OPERATIONS.indexOf(operation) * CIRCUMSTANCES.length + CIRCUMSTANCES.indexOf(circumstance);
}
