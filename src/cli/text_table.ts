import { formatCount } from "../domain/format_count.ts";
import { cutToWidth, displayWidth, padToWidth } from "./display_width.ts";
import { formatBytes, oneLine } from "./format_text.ts";

/** A column of a table. */
export interface Column {
  name: string;
  /** Counts, numbers (which are shown as they are) and bytes are set right. An id is cut only when nothing else can be. */
  kind: "text" | "id" | "count" | "number" | "bytes";
  /** Whether it is left out where a terminal is too narrow for all of them; the last such column goes first. */
  isOptional?: boolean;
}

/** Columns of the terminal that a table may take; undefined where it goes elsewhere, and is tab-separated. */
export type TableWidth = number | undefined;

export type TableRow = (string | number | null)[];

const GAP = "  ";
/** Texts are cut down to this, then ids; what is still too wide is cut. */
const MIN_TEXT = 14, MIN_ID = 10;

/** Rows as lines. Elsewhere than on a terminal values are whole, and separated by tabs. */
export function formatTable(columns: Column[], rows: TableRow[], width: TableWidth): string {
  return new TextTable(columns, rows, width).lines([columns.map(({ name }) => name), ...rows]);
}

/** A table whose columns are as wide as some rows need, and the terminal allows; wider cells of others are cut. */
export class TextTable {
  readonly #columns: Column[];
  /** Of the columns that are shown, by their place. */
  readonly #widths = new Map<number, number>();
  readonly #width: TableWidth;

  constructor(columns: Column[], rows: TableRow[], width: TableWidth) {
    [this.#columns, this.#width] = [columns, width];
    if (width === undefined) return;
    for (const [at, { name }] of columns.entries()) {
      let widest = displayWidth(name);
      for (const row of rows) widest = Math.max(widest, displayWidth(this.#cell(row[at], at)));
      this.#widths.set(at, widest);
    }
    this.#fit(width);
  }

  /** Rows as lines. */
  lines(rows: TableRow[]): string {
    if (this.#width === undefined) return rows.map((row) => row.map(wholeCell).join("\t")).join("\n");
    return rows.map((row) => this.#line(row, this.#width!)).join("\n");
  }

  #line(row: TableRow, width: number): string {
    const cells = [...this.#widths].map(([at, columns]) =>
      padToWidth(cutToWidth(this.#cell(row[at], at), columns), columns, this.#isNumber(at))
    );
    return cutToWidth(cells.join(GAP).trimEnd(), width);
  }

  #isNumber(at: number): boolean {
    return ["count", "number", "bytes"].includes(this.#columns[at].kind);
  }

  #cell(value: TableRow[number], at: number): string {
    const { kind } = this.#columns[at];
    if (typeof value !== "number" || kind === "number") return wholeCell(value);
    return kind === "bytes" ? formatBytes(value) : formatCount(value);
  }

  get #total(): number {
    return [...this.#widths.values()].reduce((sum, width) => sum + width, GAP.length * (this.#widths.size - 1));
  }

  #fit(width: number): void {
    this.#shrink(width, "text", MIN_TEXT);
    for (const [at] of [...this.#widths].reverse()) {
      if (this.#total > width && this.#columns[at].isOptional) this.#widths.delete(at);
    }
    this.#shrink(width, "id", MIN_ID);
    this.#shrink(width, "text", MIN_ID);
  }

  /** Makes the widest columns of a kind narrower, down to a least width. */
  #shrink(width: number, kind: Column["kind"], least: number): void {
    while (this.#total > width) {
      const [widest] = [...this.#widths].filter(([at, columns]) => this.#columns[at].kind === kind && columns > least)
        .sort(([, a], [, b]) => b - a);
      if (!widest) return;
      this.#widths.set(widest[0], Math.max(least, widest[1] - (this.#total - width)));
    }
  }
}

function wholeCell(value: TableRow[number]): string {
  return value === null ? "-" : oneLine(String(value));
}
