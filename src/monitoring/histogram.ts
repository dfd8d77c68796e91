/** Buckets from each power of two to the next: a bucket is at most a sixteenth wider than what is in it. */
const STEPS = 16;
/** Milliseconds: a quarter of a microsecond. What takes less is in the first bucket. */
const LEAST = 2 ** -12;
/** From there to 70 minutes. What takes longer is in the last bucket. */
const BUCKETS = 34 * STEPS;

// The upper half of a double (the second on every machine that Deno runs on) is its exponent and, next to it, the digits
// that divide a power of two into steps.
const double = new Float64Array(1), halves = new Uint32Array(double.buffer);
const FIRST = numberOf(LEAST);

/** Numbers the buckets of all positive values; the end of a bucket is still in it. */
function numberOf(value: number): number {
  double[0] = value;
  return (halves[1] - (halves[0] === 0 ? 1 : 0)) >>> 16;
}

function bucketOf(ms: number): number {
  return ms <= LEAST ? 0 : Math.min(numberOf(ms) - FIRST, BUCKETS - 1);
}

/** The greatest value of a bucket, in milliseconds. */
function endOf(bucket: number): number {
  double[0] = 0;
  halves[1] = (FIRST + bucket + 1) << 16;
  return double[0];
}

/** A histogram as it is kept in a file: numbers of buckets, each followed by what it counts. */
export interface HistogramJson {
  sum: number;
  longest: number;
  buckets: number[];
}

/**
 * Latencies in milliseconds, in buckets that grow with what they count, so that every one is known to a sixteenth in a few
 * kB, however many they are.
 */
export class Histogram {
  count = 0;
  sum = 0;
  longest = 0;
  readonly #counts = new Float64Array(BUCKETS);

  record(ms: number): void {
    this.count++;
    this.sum += ms;
    if (ms > this.longest) this.longest = ms;
    this.#counts[bucketOf(ms)]++;
  }

  /** Adds what another has counted. */
  add(other: Histogram): void {
    this.count += other.count;
    this.sum += other.sum;
    this.longest = Math.max(this.longest, other.longest);
    for (let i = 0; i < BUCKETS; i++) this.#counts[i] += other.#counts[i];
  }

  /** The latency that this share of all did not exceed: never told too short, and at most a sixteenth too long. */
  quantile(share: number): number {
    let left = Math.max(1, Math.ceil(share * this.count));
    for (let i = 0; i < BUCKETS - 1; i++) {
      left -= this.#counts[i];
      if (left <= 0) return Math.min(endOf(i), this.longest);
    }
    return this.longest;
  }

  /**
   * How many took at most so long. Exact for the powers of two and their sixteenths between, such as 5 and 10; others count
   * the whole bucket that they are in.
   */
  countUpTo(ms: number): number {
    let count = 0;
    for (let i = 0; i <= bucketOf(ms); i++) count += this.#counts[i];
    return count;
  }

  toJSON(): HistogramJson {
    const buckets: number[] = [];
    this.#counts.forEach((count, i) => count > 0 && buckets.push(i, count));
    return { sum: rounded(this.sum), longest: rounded(this.longest), buckets };
  }

  /** What `toJSON` has given. Throws a `RangeError` for anything else. */
  static from({ sum, longest, buckets }: HistogramJson): Histogram {
    const histogram = new Histogram();
    const isAmount = (value: unknown) => typeof value === "number" && value >= 0;
    if (!isAmount(sum) || !isAmount(longest) || buckets.length % 2 !== 0) throw new RangeError("not a histogram");
    for (let i = 0; i < buckets.length; i += 2) {
      const [bucket, count] = [buckets[i], buckets[i + 1]];
      if (!(bucket in histogram.#counts && Number.isSafeInteger(count) && count > 0)) {
        throw new RangeError("not a histogram");
      }
      histogram.#counts[bucket] += count;
      histogram.count += count;
    }
    return Object.assign(histogram, { sum, longest });
  }
}

/** To a tenth of a microsecond. */
function rounded(ms: number): number {
  return Math.round(ms * 1e4) / 1e4;
}
