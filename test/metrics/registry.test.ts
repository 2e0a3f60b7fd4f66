import { expect, it } from "vitest";
import { undeclared } from "../../src/metrics/instruments.js";
import { createMetricsRegistry, formatSnapshots, type MetricsRegistry } from "../../src/metrics/registry.js";
import { parseScrape } from "../support/scrape.js";

const textOf = async (...registries: MetricsRegistry[]) =>
  formatSnapshots(await Promise.all(registries.map((registry) => registry.snapshot())));

it("writes counters, gauges and cumulated buckets in the text format of Prometheus", async () => {
  const registry = createMetricsRegistry();
  registry
    .counter({ name: "a_total", help: "Things.", labels: ["kind"] })
    .declare({ kind: "x" })
    .add(2);
  registry.gauge({ name: "b", help: "Level." }).with({}).set(-1.5);
  const histogram = registry.histogram({ name: "c_seconds", help: "Times.", bounds: [0.1, 1] }).with({});
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  expect((await textOf(registry)).split("\n")).toEqual([
    ...["# HELP a_total Things.", "# TYPE a_total counter", 'a_total{kind="x"} 2', ""],
    ...["# HELP b Level.", "# TYPE b gauge", "b -1.5", ""],
    ...["# HELP c_seconds Times.", "# TYPE c_seconds histogram"],
    ...['c_seconds_bucket{le="0.1"} 2', 'c_seconds_bucket{le="1"} 3', 'c_seconds_bucket{le="+Inf"} 4'],
    ...["c_seconds_sum 7.65", "c_seconds_count 4", ""],
  ]);
});

it("shows a metric without labels before anything has happened, since a missing one looks like a failed scrape", async () => {
  const registry = createMetricsRegistry();
  registry.counter({ name: "a_total", help: "Things." });
  expect(await textOf(registry)).toContain("a_total 0");
});

it("adds the values of several processes, or takes the largest where the metric says so", async () => {
  const [one, other] = [1, 2].map((value) => {
    const registry = createMetricsRegistry();
    registry
      .counter({ name: "a_total", help: "Things.", labels: ["kind"] })
      .declare({ kind: "x" })
      .add(value);
    registry.gauge({ name: "b", help: "Level.", aggregation: "max" }).with({}).set(value);
    registry
      .histogram({ name: "c", help: "Times.", bounds: [1] })
      .with({})
      .observe(value);
    return registry;
  });
  const text = await textOf(one as MetricsRegistry, other as MetricsRegistry);
  const { value } = parseScrape(text);
  expect([value("a_total"), value("b"), value("c_bucket", { le: "1" }), value("c_sum")]).toEqual([
    3, 2, 1, 3,
  ]);
});

it("shows declared series before anything has happened, and counts all other combinations in one", async () => {
  const registry = createMetricsRegistry();
  const series = [{ kind: "x" }, { kind: "y" }];
  const family = registry.counter({ name: "a_total", help: "Things.", labels: ["kind"], series });
  expect(parseScrape(await textOf(registry)).seriesCount).toBe(2);
  for (let index = 0; index < 1_000; index += 1) family.with({ kind: `kind ${index}` }).add();
  family.with({ kind: "x" }).add();
  const { seriesCount, value } = parseScrape(await textOf(registry));
  expect(seriesCount).toBe(3);
  expect(value("a_total", { kind: "x" })).toBe(1);
  expect(value("a_total", { kind: undeclared })).toBe(1_000);
});

it("sets gauges right before a scrape", async () => {
  const registry = createMetricsRegistry();
  const gauge = registry.gauge({ name: "b", help: "Level." }).with({});
  let level = 1;
  registry.beforeScrape(() => gauge.set(level));
  expect(await textOf(registry)).toContain("b 1");
  level = 2;
  expect(await textOf(registry)).toContain("b 2");
});

it("rejects a second metric with the same name", () => {
  const registry = createMetricsRegistry();
  registry.counter({ name: "a_total", help: "Things." });
  expect(() => registry.gauge({ name: "a_total", help: "Level." })).toThrow(
    "there is already a metric a_total",
  );
});
