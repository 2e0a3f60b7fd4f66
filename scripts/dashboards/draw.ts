/**
 * Draws the dashboards from what a running Prometheus has of the last minutes:
 *
 *     node --import tsx scripts/dashboards/draw.ts http://127.0.0.1:9090 DIRECTORY [MINUTES]
 *
 * Writes a PNG for each dashboard, lists the panels without data, and fails if a query does.
 */
import { writeFileSync } from "node:fs";
import { Resvg } from "@resvg/resvg-js";
import { dashboards } from "./dashboards.js";
import { drawDashboard, type Line, type PanelData } from "./draw_panels.js";
import type { DashboardDefinition, PanelDefinition, Query } from "./panel.js";

const [prometheus, directory, minutes = "5"] = process.argv.slice(2);
if (prometheus === undefined || directory === undefined)
  throw new Error("usage: draw.ts PROMETHEUS DIRECTORY");

const end = Date.now() / 1_000;
const step = 5;

async function queryRange({ expr, legend }: Query, jobs: string): Promise<Line[]> {
  const query = expr
    .replaceAll("$__rate_interval", "30s")
    .replaceAll("$__range", `${minutes}m`)
    .replaceAll("$job", jobs)
    .replaceAll("$instance", ".*");
  const start = end - Number(minutes) * 60;
  const parameters = new URLSearchParams({
    query,
    start: String(start),
    end: String(end),
    step: String(step),
  });
  const response = await fetch(`${prometheus}/api/v1/query_range?${parameters}`);
  const { status, error, data } = (await response.json()) as RangeResponse;
  if (status !== "success") throw new Error(`${error}: ${query}`);
  return data.result
    .map(({ metric, values }) => ({
      legend: legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => metric[label] ?? ""),
      points: values
        .map(([time, value]) => [time, Number(value)] as const)
        .filter(([, value]) => Number.isFinite(value)),
    }))
    .filter(({ points }) => points.length > 0);
}

/** Resolves with the jobs that the dashboard shows, as a regular expression. */
async function findJobs({ presenceMetric }: DashboardDefinition): Promise<string> {
  const parameters = new URLSearchParams({ "match[]": presenceMetric });
  const response = await fetch(`${prometheus}/api/v1/label/job/values?${parameters}`);
  const { data } = (await response.json()) as { readonly data: readonly string[] };
  return data.join("|");
}

interface RangeResponse {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

for (const definition of dashboards) {
  const panels = definition.rows.flatMap((row) => row.panels);
  const data = new Map<PanelDefinition, PanelData>();
  const jobs = await findJobs(definition);
  for (const panel of panels) {
    const lines = (await Promise.all(panel.queries.map((query) => queryRange(query, jobs)))).flat();
    data.set(panel, { panel, lines });
    if (lines.length === 0) console.log(`${definition.uid}: no data for "${panel.title}"`);
  }
  const picture = new Resvg(drawDashboard(definition, data), { font: { loadSystemFonts: true } });
  writeFileSync(`${directory}/${definition.uid}.png`, picture.render().asPng());
}
