import type { ScaleRow } from "./scale.ts";

const WIDTH = 860, HEIGHT = 380, PANEL = 330, LEFT = 56, TOP = 44, PLOT = 200;
const COLORS = ["#0b7285", "#c2571a", "#5f3dc4", "#2b8a3e", "#a61e4d", "#868e96", "#adb5bd", "#ced4da"];

interface Line {
  name: string;
  values: (number | undefined)[];
  isPeer: boolean;
}

/** The scale run as an SVG that needs nothing else: rates at the left, p99 of queries at the right, by size. */
export function scaleChart(rows: ScaleRow[]): string {
  const sizes = rows.map(({ segments }) => segments);
  const of = (pick: (row: ScaleRow) => Record<string, number>, isPeer: boolean): Line[] =>
    [...new Set(rows.flatMap((row) => Object.keys(pick(row))))].map((name) => ({
      name,
      values: rows.map((row) => pick(row)[name]),
      isPeer,
    }));
  const rates = [...of((row) => row.rates, false), ...of((row) => row.peerRates, true)];
  const times = of(
    ({ latencies }) =>
      Object.fromEntries(
        Object.entries(latencies).filter(([name]) => !name.startsWith("lookup while")).map((
          [name, [, p99]],
        ) => [name, p99]),
      ),
    false,
  );
  const panels = [panel(0, "million segments a second", sizes, rates), panel(1, "p99 of queries, ms", sizes, times)];
  const height = HEIGHT + 14 * Math.max(rates.length, times.length) - 100;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">
<style>text{fill:#343a40}.grid{stroke:#adb5bd;stroke-width:.5}@media(prefers-color-scheme:dark){text{fill:#ced4da}}</style>
${panels.join("\n")}
</svg>
`;
}

/** One plot with its legend below; sizes stand by their logarithm. */
function panel(index: number, title: string, sizes: number[], lines: Line[]): string {
  const x0 = LEFT + index * (PANEL + LEFT + 30);
  const most = niceMost(Math.max(...lines.flatMap(({ values }) => values.filter((value) => value !== undefined))));
  const [first, last] = [Math.log(sizes[0]), Math.log(sizes[sizes.length - 1])];
  const x = (size: number) => x0 + (last === first ? 0.5 : (Math.log(size) - first) / (last - first)) * PANEL;
  const y = (value: number) => TOP + PLOT - value / most * PLOT;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    `<line class="grid" x1="${x0}" x2="${x0 + PANEL}" y1="${y(part * most)}" y2="${y(part * most)}"/>` +
    `<text x="${x0 - 6}" y="${y(part * most) + 4}" text-anchor="end">${+(part * most).toPrecision(3)}</text>`
  );
  const names = sizes.map((size) =>
    `<text x="${x(size)}" y="${TOP + PLOT + 16}" text-anchor="middle">${size / 1e6} M segments</text>`
  );
  const drawn = lines.map(({ name, values, isPeer }, i) => {
    const color = COLORS[i % COLORS.length], dash = isPeer ? ' stroke-dasharray="5 4"' : "";
    const points = values.flatMap((value, j) => value === undefined ? [] : [[x(sizes[j]), y(value)]]);
    const dots = points.map(([cx, cy]) =>
      `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="2.6" fill="${color}"/>`
    );
    const path = points.map((point) => point.map((number) => number.toFixed(1)).join(",")).join(" ");
    const legend = TOP + PLOT + 40 + i * 14;
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="1.8"${dash}/>${dots.join("")}` +
      `<line x1="${x0}" x2="${x0 + 22}" y1="${legend - 4}" y2="${
        legend - 4
      }" stroke="${color}" stroke-width="1.8"${dash}/>` +
      `<text x="${x0 + 28}" y="${legend}">${escaped(name)}</text>`;
  });
  return [
    `<text x="${x0}" y="${TOP - 18}" font-size="13" font-weight="600">${title}</text>`,
    ...grid,
    ...names,
    ...drawn,
  ]
    .join("\n");
}

function niceMost(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((step) => step * power).find((most) => most >= value)!;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
