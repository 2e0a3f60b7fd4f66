/** Units of Grafana that the panels use. */
export type Unit = "reqps" | "ops" | "s" | "short" | "percentunit" | "bytes" | "Bps";

/** A query of a panel, and the legend of its lines. */
export interface Query {
  /** PromQL. {@link selector} limits every metric to the chosen jobs and instances. */
  readonly expr: string;
  /** Legend with labels in braces, such as `{{reason}}`. */
  readonly legend: string;
}

/** A graph, or a number if `kind` is `stat`. */
export interface PanelDefinition {
  readonly title: string;
  /** One or two sentences: the meaning, and the values to look for. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  readonly kind?: "stat";
  /** True if values below zero are possible. The axis begins at zero otherwise. */
  readonly isSigned?: boolean;
}

/** Panels under one heading. */
export interface RowDefinition {
  readonly title: string;
  readonly panels: readonly PanelDefinition[];
}

export interface DashboardDefinition {
  /** Identifies the dashboard in URLs, and the file in which it is written. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** A metric that every process of the dashboard has, from which the lists of jobs and instances come. */
  readonly presenceMetric: string;
  readonly rows: readonly RowDefinition[];
}

/** Label matchers that limit a metric to the jobs and instances that are chosen in the dashboard. */
export const selector = 'job=~"$job", instance=~"$instance"';

/** Returns the matchers of {@link selector} and further ones. */
export const selecting = (matchers: string): string => `${selector}, ${matchers}`;

/** Returns the rate per second of a counter. */
export const rate = (metric: string, matchers = selector): string =>
  `rate(${metric}{${matchers}}[$__rate_interval])`;

/** Returns the rates of a counter that are not zero, summed by these labels. Every series exists from the start. */
export const rateBy = (labels: string, metric: string, matchers = selector): string =>
  `sum by (${labels}) (${rate(metric, matchers)}) > 0`;

/** Returns a quantile of a histogram, by these labels. */
export function quantile(q: number, metric: string, matchers = selector, labels = ""): string {
  const by = ["le", labels].filter(Boolean).join(", ");
  return `histogram_quantile(${q}, sum by (${by}) (${rate(`${metric}_bucket`, matchers)}))`;
}

/** Returns the 50th, 90th and 99th percentile of a histogram as queries. */
export const percentiles = (metric: string, matchers = selector): Query[] =>
  [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, metric, matchers), legend: `p${q * 100}` }));
