import type { Run } from "../run.ts";

export type Measurement = Omit<Run, "stdout">;

/** How long a whole command took, beside others on the same input. */
export interface TimedRow {
  road: string;
  what: string;
  /** What its rate counts, and how many of it there are. */
  unit: "segments" | "files";
  amount: number;
  /** How many of that the store, or what was written, holds after the last run. */
  stored: number;
  /** A measurement a repeat. */
  ours: Measurement[];
  peers: { name: string; runs: Measurement[] }[];
}

/** Numbers that are not rates: bytes, or the p50 and p99 of a query. */
export interface ValueRow {
  road: string;
  what: string;
  unit: "bytes" | "ms";
  ours: number[];
  peer?: { name: string; values: number[] };
}

/** All that a run of the roads has measured. */
export interface RoadsReport {
  /** RFC 3339, when it began. */
  date: string;
  machine: { target: string; processors: number; memory_bytes: number };
  segments: number;
  repeat: number;
  rows: (TimedRow | ValueRow)[];
  /** Roads that could not be measured to their end, and why. */
  failures: { road: string; message: string }[];
  /** Peers that are not here. */
  missing: string[];
}

/** The measurement with the middle time; the rest of it is of the same run. */
export function medianOf(runs: Measurement[]): Measurement {
  return runs.toSorted((a, b) => a.seconds - b.seconds)[runs.length >> 1];
}

/** The report as a Markdown table, with what failed and what was not there below. */
export function roadsTable({ segments, repeat, rows, failures, missing }: RoadsReport): string {
  const size = segments.toLocaleString("en-US");
  return [
    `| road (${size} segments, median of up to ${repeat}) | usync-db | beside | ratio |`,
    "| --- | --- | --- | --- |",
    ...rows.flatMap((row) => "amount" in row ? timedLines(row) : [valueLine(row)]),
    ...failures.map(({ road, message }) => `\nFailed: ${road}: ${message}`),
    ...(missing.length > 0 ? [`\nNot measured: ${missing.join(", ")}`] : []),
  ].join("\n");
}

function timedLines({ what, unit, amount, ours, peers }: TimedRow): string[] {
  const mine = medianOf(ours), name = `${what}, ${amount.toLocaleString("en-US")} ${unit}`;
  if (peers.length === 0) return [line(name, measured(mine, amount, unit), "", "")];
  return peers.map((peer, i) => {
    const theirs = medianOf(peer.runs), ratio = ratioOf(mine, theirs);
    const beside = `${peer.name}: ${measured(theirs, amount, unit)}`;
    return i === 0 ? line(name, measured(mine, amount, unit), beside, ratio) : line("", "", beside, ratio);
  });
}

/** How many times as long theirs takes as ours, and how many times the processor time where that is known. */
function ratioOf(mine: Measurement, theirs: Measurement): string {
  const ratio = `${(theirs.seconds / mine.seconds).toFixed(2)} times`;
  if (mine.cpuSeconds === null || theirs.cpuSeconds === null) return ratio;
  return `${ratio}, CPU ${(theirs.cpuSeconds / mine.cpuSeconds).toFixed(2)}`;
}

function measured({ seconds, cpuSeconds, memoryMb }: Measurement, amount: number, unit: string): string {
  const parts = [`${(amount / seconds / 1e6).toFixed(3)} M ${unit}/s`];
  if (cpuSeconds !== null) parts.push(`${cpuSeconds.toFixed(1)} s CPU`);
  if (memoryMb !== null) parts.push(`${memoryMb.toFixed(0)} MB`);
  return parts.join(", ");
}

function valueLine({ what, unit, ours, peer }: ValueRow): string {
  const text = (values: number[]) =>
    `${values.map((value) => value.toFixed(unit === "ms" ? 2 : 0)).join(" / ")} ${unit}`;
  if (peer === undefined) return line(what, text(ours), "", "");
  return line(what, text(ours), `${peer.name}: ${text(peer.values)}`, `${(peer.values[0] / ours[0]).toFixed(1)} times`);
}

function line(...cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}
