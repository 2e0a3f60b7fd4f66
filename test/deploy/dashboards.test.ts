import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildDashboard } from "../../scripts/dashboards/build_dashboard.js";
import { dashboards } from "../../scripts/dashboards/dashboards.js";
import { knownMetrics } from "./known_metrics.js";
import { parsePromql } from "./promql.js";

const directory = "deploy/monitoring/grafana";

it("each dashboard has a file, and there is no other file", () => {
  expect(readdirSync(directory).toSorted()).toEqual(dashboards.map(({ uid }) => `${uid}.json`).toSorted());
});

describe.each(dashboards)("the dashboard $title", (definition) => {
  it("is in its file as its definition generates it: run bash scripts/generate", () => {
    // Built by the types of Grafana's own SDK, which the compiler checks.
    const written = JSON.parse(readFileSync(`${directory}/${definition.uid}.json`, "utf8"));
    expect(written).toEqual(JSON.parse(JSON.stringify(buildDashboard(definition))));
  });

  const panels = definition.rows.flatMap((row) => row.panels);

  it.each(panels)("the panel $title shows only metrics and labels that exist", ({ queries }) => {
    for (const { expr, legend } of queries) {
      const { selections, groupingLabels } = parsePromql(expr);
      expect(selections.length).toBeGreaterThan(0);
      const labels = [
        "job",
        "instance",
        ...selections.flatMap(({ metric }) => knownMetrics.get(metric) ?? []),
      ];
      for (const { metric } of selections) expect([...knownMetrics.keys()]).toContain(metric);
      for (const label of groupingLabels) expect(labels).toContain(label);
      for (const [, label = ""] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(labels).toContain(label);
    }
  });

  it.each(panels)("the panel $title limits every metric to the chosen instances", ({ queries }) => {
    for (const { expr } of queries) {
      for (const { labels } of parsePromql(expr).selections) {
        expect(labels).toEqual(expect.arrayContaining(["job", "instance"]));
      }
    }
  });

  it("no two panels have the same title, and each has a description", () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { description } of panels) expect(description).toMatch(/\.$/);
  });
});
