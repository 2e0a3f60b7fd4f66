import { AggregatorRegistry, Registry } from "prom-client";
import { Counter, createFamily, type Family, Gauge, Histogram, type LabelledSeries } from "./instruments.js";

/** Function that makes one value of those of several processes. A sum by default. */
export type Aggregation = "sum" | "min" | "max" | "average";

/** Name, meaning and labels of a metric. */
export interface MetricOptions<Label extends string> {
  readonly name: string;
  /** One sentence, which scrapes repeat. */
  readonly help: string;
  /**
   * Names of the labels. Only values from a closed set may be given to them: names of methods, codes, reasons,
   * configured ids. Never anything that a caller chooses, such as an address, a path or the id of a ticket.
   */
  readonly labels?: readonly Label[];
  /**
   * Labels of the series, as far as they are known when the metric is created; `Family.declare` adds others. All exist
   * before the first event, with the value 0: a caller cannot add any, and Prometheus sees no increase in a series that
   * appears with the value 1.
   */
  readonly series?: readonly Readonly<Record<Label, string>>[];
}

/** A metric as documents and tests see it. */
export interface MetricDescription {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
}

/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string | number | undefined>>;
  readonly value: number;
  /** Name in the text, if it differs from that of the metric, as for the buckets of a histogram. */
  readonly metricName?: string;
}

/** All values of a process at one moment, as plain data that can be sent to another process. */
export type Snapshot = readonly {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  /** Function for several processes; see {@link Aggregation}. */
  readonly aggregator: string;
  readonly values: readonly Sample[];
}[];

/**
 * The metrics of a process.
 *
 * To add a metric: let the room that knows the fact report it through an interface of its own (as `CallObserver` of
 * `src/server/calls`), create the instrument in a file of this room that implements the interface, and add a row to
 * `docs/metrics.md`. A value that something already holds, such as a number of connections, needs no reports: read it
 * in `beforeScrape`.
 */
export interface MetricsRegistry {
  counter<Label extends string = never>(options: MetricOptions<Label>): Family<Label, Counter>;
  gauge<Label extends string = never>(
    options: MetricOptions<Label> & { readonly aggregation?: Aggregation },
  ): Family<Label, Gauge>;
  /** @param options `bounds` are the upper bounds of the buckets, in ascending order. */
  histogram<Label extends string = never>(
    options: MetricOptions<Label> & { readonly bounds: readonly number[] },
  ): Family<Label, Histogram>;
  /** Calls the function before each scrape, to set gauges. */
  beforeScrape(update: () => void): void;
  /** Adds the metrics of another library's registry. */
  include(other: Registry): void;
  /** Returns the metrics that were created here, without those of `include`. */
  descriptions(): readonly MetricDescription[];
  snapshot(): Promise<Snapshot>;
}

/** The content type of {@link formatSnapshots}. */
export const metricsContentType = Registry.PROMETHEUS_CONTENT_TYPE;

/** Resolves with the text format of Prometheus. Values of several snapshots become one. */
export function formatSnapshots(snapshots: readonly Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/**
 * Creates a registry.
 *
 * The instruments are our own, since those of prom-client look up a series for each observation, which costs 20 times
 * as much; see `bench/README.md`. Its registries format and sum the values and report on the process.
 */
export function createMetricsRegistry(): MetricsRegistry {
  const metrics = new Map<string, MetricDescription & { read(): Snapshot[number] }>();
  const updates: (() => void)[] = [];
  const included: Registry[] = [];

  function register<Label extends string, Series>(
    { name, help, labels = [], series = [] }: MetricOptions<Label>,
    { type, aggregation = "sum" }: { type: MetricDescription["type"]; aggregation?: Aggregation | undefined },
    create: () => Series,
    valuesOf: (name: string, labelled: LabelledSeries<Series>) => Sample[],
  ): Family<Label, Series> {
    if (metrics.has(name)) throw new Error(`there is already a metric ${name}`);
    const family = createFamily(labels, create);
    for (const values of series) family.declare(values);
    const read = () => ({
      ...{ name, help, type, aggregator: aggregation },
      values: [...family.list()].flatMap((each) => valuesOf(name, each)),
    });
    metrics.set(name, { name, type, help, labels, read });
    return family;
  }

  return {
    counter: (options) => register(options, { type: "counter" }, () => new Counter(), valuesOfNumber),
    gauge: (options) =>
      register(
        options,
        { type: "gauge", aggregation: options.aggregation },
        () => new Gauge(),
        valuesOfNumber,
      ),
    histogram: (options) =>
      register(options, { type: "histogram" }, () => new Histogram(options.bounds), bucketsOf),
    beforeScrape: (update) => void updates.push(update),
    include: (other) => void included.push(other),
    descriptions: () => [...metrics.values()].map(({ read: _read, ...description }) => description),
    async snapshot() {
      const others = await Promise.all(included.map(snapshotOf));
      for (const update of updates) update();
      return [...[...metrics.values()].map(({ read }) => read()), ...others.flat()];
    },
  };
}

/** Resolves with the values of another registry. Its types call the type of a metric a number, which it never is. */
async function snapshotOf(registry: Registry): Promise<Snapshot> {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map((metric) => ({ ...metric, type: String(metric.type) }));
}

function valuesOfNumber(
  metricName: string,
  { labels, series }: LabelledSeries<{ readonly value: number }>,
): Sample[] {
  return [{ metricName, labels, value: series.value }];
}

function bucketsOf(
  name: string,
  { labels, series: { bounds, counts, sum } }: LabelledSeries<Histogram>,
): Sample[] {
  let count = 0;
  const buckets = [...counts].map((inBucket, index) => {
    count += inBucket;
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le: String(bounds[index] ?? "+Inf") },
      value: count,
    };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
