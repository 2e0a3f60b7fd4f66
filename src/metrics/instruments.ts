/** One series of a counter. */
export class Counter {
  value = 0;

  add(amount = 1): void {
    this.value += amount;
  }
}

/** One series of a gauge. */
export class Gauge {
  value = 0;

  set(value: number): void {
    this.value = value;
  }

  add(amount: number): void {
    this.value += amount;
  }
}

/** One series of a histogram. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Number of observations in each bucket, not cumulated. The last bucket has no bound. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] as number)) index += 1;
    counts[index] = (counts[index] as number) + 1;
    this.sum += value;
  }
}

/** The series of a metric, one for each combination of the values of its labels. */
export interface Family<Label extends string, Series> {
  /**
   * Returns the series with these values, created on first use. Callers on a hot path keep it, since the look-up costs
   * more than the series' own methods.
   */
  with(values: Readonly<Record<Label, string>>): Series;
  /** Removes every series, for a metric whose series are set anew at each scrape. */
  clear(): void;
}

/** A series with the values of its labels. */
export interface LabelledSeries<Series> {
  readonly labels: Readonly<Record<string, string>>;
  readonly series: Series;
}

/**
 * Largest number of series of a metric. No caller is meant to come near it: labels have few values, which strangers
 * cannot multiply. Should a caller be wrong, further combinations share one series, and the memory stays bounded.
 */
export const maxSeries = 1_000;

/** Value of every label in the series of the combinations beyond {@link maxSeries}. */
const overflowValue = "other";

/** Creates a family, and the function that lists its series. */
export function createFamily<Label extends string, Series>(
  labelNames: readonly Label[],
  create: () => Series,
): Family<Label, Series> & { list(): Iterable<LabelledSeries<Series>> } {
  const all = new Map<string, LabelledSeries<Series>>();

  function seriesOf(values: Readonly<Record<string, string>>): Series {
    let key = "";
    for (const name of labelNames) key += `${values[name]}\n`;
    const known = all.get(key);
    if (known) return known.series;
    if (all.size >= maxSeries && labelNames.some((name) => values[name] !== overflowValue))
      return seriesOf(Object.fromEntries(labelNames.map((name) => [name, overflowValue])));
    const labels = Object.fromEntries(labelNames.map((name) => [name, values[name] ?? ""]));
    const series = create();
    all.set(key, { labels, series });
    return series;
  }

  const family = { with: seriesOf, clear: () => all.clear(), list: () => all.values() };
  // A metric without labels is there from the start, with the value 0.
  if (labelNames.length === 0) seriesOf({});
  return family;
}
