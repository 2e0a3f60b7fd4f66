import { formatSnapshots, type Snapshot } from "../../src/metrics/registry.js";

/** Metrics by name with their labels, as a scrape shows them. */
export interface Scrape {
  /** Returns the value of a series. Undefined if there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** Returns the sum over all series with these labels among theirs. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** Number of all series, buckets included. */
  readonly seriesCount: number;
  /** Type of each metric. */
  readonly types: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Parses the text format of Prometheus. */
export function parseScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const series: { readonly name: string; readonly labels: Record<string, string>; readonly value: number }[] =
    [];
  for (const line of text.split("\n")) {
    const type = /^# TYPE (?<name>\S+) (?<type>\S+)$/.exec(line)?.groups;
    if (type) types.set(type.name ?? "", type.type ?? "");
    const sample = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/.exec(line)?.groups;
    if (!sample) continue;
    const labels = [...(sample.labels ?? "").matchAll(/(?<key>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g)].map(
      ({ groups }) => [groups?.key ?? "", groups?.value ?? ""] as const,
    );
    series.push({ name: sample.name ?? "", labels: Object.fromEntries(labels), value: Number(sample.value) });
  }
  const find = (name: string, labels: Readonly<Record<string, string>>) =>
    series.filter(
      (each) =>
        each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value),
    );
  return {
    value: (name, labels = {}) => find(name, labels)[0]?.value,
    sum: (name, labels = {}) => find(name, labels).reduce((total, { value }) => total + value, 0),
    seriesCount: series.length,
    types,
    text,
  };
}

/** Resolves with a scrape of a service in this process, without an endpoint. */
export async function scrapeOf(source: { readMetrics(): Promise<readonly Snapshot[]> }): Promise<Scrape> {
  return parseScrape(await formatSnapshots(await source.readMetrics()));
}

/** Resolves with a scrape of an endpoint. */
export async function scrape(address: string): Promise<Scrape> {
  const response = await fetch(`http://${address}/metrics`);
  if (response.status !== 200) throw new Error(`the scrape failed with ${response.status}`);
  return parseScrape(await response.text());
}
