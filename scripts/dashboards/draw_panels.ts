import type { DashboardDefinition, PanelDefinition, Unit } from "./panel.js";

/** A line of a panel: points of time in seconds and value. */
export interface Line {
  readonly legend: string;
  readonly points: readonly (readonly [time: number, value: number])[];
}

/** A panel with what Prometheus answered to its queries. */
export interface PanelData {
  readonly panel: PanelDefinition;
  readonly lines: readonly Line[];
}

const cell = { width: 420, height: 200 };
const statHeight = 90;
const titleHeight = 34;
const columns = { graph: 3, stat: 6 };
const colours = [
  "#3274d9",
  "#56a64b",
  "#e0752d",
  "#8f3bb8",
  "#e02f44",
  "#37872d",
  "#e0b400",
  "#5794f2",
  "#705da0",
];

/** Returns a picture of a dashboard as SVG, much like Grafana shows it. A panel without data says so. */
export function drawDashboard(
  { title, rows }: DashboardDefinition,
  data: ReadonlyMap<PanelDefinition, PanelData>,
): string {
  const width = cell.width * columns.graph;
  const parts: string[] = [text(12, 26, title, 'font-size="20" font-weight="bold"')];
  let top = 40;
  for (const row of rows) {
    parts.push(text(12, top + 22, row.title, 'font-size="15" font-weight="bold" fill="#555"'));
    top += titleHeight;
    for (const kind of ["stat", "graph"] as const) {
      const panels = row.panels.filter((panel) => (panel.kind ?? "graph") === kind);
      const size = { width: width / columns[kind], height: kind === "stat" ? statHeight : cell.height };
      for (const [index, panel] of panels.entries()) {
        const x = (index % columns[kind]) * size.width;
        const y = top + Math.floor(index / columns[kind]) * size.height;
        const drawn = kind === "stat" ? drawStat(data.get(panel)) : drawGraph(data.get(panel));
        parts.push(
          `<g transform="translate(${x + 4} ${y + 4})">`,
          `<rect width="${size.width - 8}" height="${size.height - 8}" fill="#fff" stroke="#ddd"/>`,
          text(10, 20, panel.title, 'font-size="13" font-weight="bold"'),
          drawn,
          "</g>",
        );
      }
      top += Math.ceil(panels.length / columns[kind]) * size.height;
    }
  }
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 8}" font-family="DejaVu Sans, sans-serif">` +
    `<rect width="100%" height="100%" fill="#f4f5f5"/>${parts.join("")}</svg>`
  );
}

const noData = text(10, 60, "No data", 'font-size="16" fill="#e02f44"');

function drawStat(data: PanelData | undefined): string {
  const [line] = data?.lines ?? [];
  const value = line?.points.at(-1)?.[1];
  if (!data || value === undefined) return noData;
  return (
    text(10, 56, formatValue(value, data.panel.unit), 'font-size="24" fill="#37872d"') +
    text(10, 74, line?.legend ?? "", 'font-size="11" fill="#555"')
  );
}

function drawGraph(data: PanelData | undefined): string {
  const { lines = [], panel } = data ?? {};
  const points = lines.flatMap((line) => line.points);
  if (!panel || points.length === 0) return noData;
  const times = points.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const values = points.map(([, value]) => value);
  const lowest = Math.min(0, ...values);
  const highest = Math.max(...values) || 1;
  const area = { left: 62, top: 32, width: cell.width - 84, height: 96 };
  const toX = (time: number) => area.left + (area.width * (time - from)) / (to - from || 1);
  const toY = (value: number) => area.top + (area.height * (highest - value)) / (highest - lowest);
  const grid = [lowest, (lowest + highest) / 2, highest].map((value) => {
    const y = toY(value);
    return (
      `<line x1="${area.left}" x2="${area.left + area.width}" y1="${y}" y2="${y}" stroke="#e3e3e3"/>` +
      text(
        area.left - 6,
        y + 4,
        formatValue(value, panel.unit),
        'font-size="10" fill="#777" text-anchor="end"',
      )
    );
  });
  const drawn = lines.map((line, index) => {
    const path = line.points.map(([time, value]) => `${toX(time).toFixed(1)},${toY(value).toFixed(1)}`);
    return `<polyline points="${path.join(" ")}" fill="none" stroke="${colourOf(index)}" stroke-width="1.5"/>`;
  });
  return [...grid, ...drawn, drawLegend(lines)].join("");
}

/** Draws the legends of the first lines, in two columns. */
function drawLegend(lines: readonly Line[]): string {
  const shown = lines.slice(0, 6).map(({ legend }, index) => {
    const [x, y] = [10 + (index % 2) * 200, 146 + Math.floor(index / 2) * 16];
    const short = legend.length > 30 ? `…${legend.slice(-29)}` : legend;
    return `<rect x="${x}" y="${y - 8}" width="8" height="8" fill="${colourOf(index)}"/>${text(x + 12, y, short, 'font-size="10" fill="#555"')}`;
  });
  const more = lines.length > 6 ? text(380, 178, `+${lines.length - 6}`, 'font-size="10" fill="#555"') : "";
  return shown.join("") + more;
}

const colourOf = (index: number) => colours[index % colours.length];

function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case "percentunit":
      return `${round(value * 100)} %`;
    case "s":
      if (value >= 60) return `${round(value / 60)} min`;
      return value >= 1 || value === 0 ? `${round(value)} s` : `${round(value * 1_000)} ms`;
    case "bytes":
      return `${round(value / 2 ** 20)} MiB`;
    case "reqps":
    case "ops":
      return `${round(value)} /s`;
    default:
      return round(value);
  }
}

const round = (value: number) => String(Number(value.toPrecision(3)));

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
