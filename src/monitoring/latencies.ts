import { type Metric, METRICS } from "../store/operations.ts";
import { Histogram, type HistogramJson } from "./histogram.ts";
import { type Circumstance, CIRCUMSTANCES } from "./circumstances.ts";

/** As they are kept in a file: by metric and circumstance, without those that never were. */
export type LatenciesJson = { [metric in Metric]?: { [circumstance in Circumstance]?: HistogramJson } };

/** Latencies by metric and circumstance. */
export class Latencies {
  #histograms: (Histogram | undefined)[] = [];

  record(metric: Metric, circumstance: Circumstance, ms: number): void {
    this.#at(placeOf(metric, circumstance)).record(ms);
  }

  #at(place: number): Histogram {
    return this.#histograms[place] ??= new Histogram();
  }

  /** Undefined when there was none. */
  get(metric: Metric, circumstance: Circumstance): Histogram | undefined {
    return this.#histograms[placeOf(metric, circumstance)];
  }

  /** Whether there was one of the metric under any circumstance. */
  has(metric: Metric): boolean {
    return CIRCUMSTANCES.some((circumstance) => this.get(metric, circumstance) !== undefined);
  }

  /** All latencies of a metric under some circumstances. */
  sum(metric: Metric, circumstances: readonly Circumstance[]): Histogram {
    const sum = new Histogram();
    for (const circumstance of circumstances) {
      const histogram = this.get(metric, circumstance);
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

  *entries(): Generator<[Metric, Circumstance, Histogram]> {
    for (const metric of METRICS) {
      for (const circumstance of CIRCUMSTANCES) {
        const histogram = this.get(metric, circumstance);
        if (histogram) yield [metric, circumstance, histogram];
      }
    }
  }

  toJSON(): LatenciesJson {
    const json: LatenciesJson = {};
    for (const [metric, circumstance, histogram] of this.entries()) {
      (json[metric] ??= {})[circumstance] = histogram.toJSON();
    }
    return json;
  }

  /** What `toJSON` has given; what has no meaning in it is left out. Throws a `RangeError` for what is no histogram. */
  static from(json: LatenciesJson): Latencies {
    const latencies = new Latencies();
    for (const metric of METRICS) {
      for (const circumstance of CIRCUMSTANCES) {
        const histogram = json[metric]?.[circumstance];
        if (histogram) latencies.#histograms[placeOf(metric, circumstance)] = Histogram.from(histogram);
      }
    }
    return latencies;
  }
}

function placeOf(metric: Metric, circumstance: Circumstance): number {
  return METRICS.indexOf(metric) * CIRCUMSTANCES.length + CIRCUMSTANCES.indexOf(circumstance);
}
