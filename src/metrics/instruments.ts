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
   * Adds the series with these values, if it is not there yet, and returns it. To be called with what the operator
   * decides and when they decide it: with the methods, routes and ids that there are, at the start and after a reload.
   * Never with what a call brings.
   */
  declare(values: Readonly<Record<Label, string>>): Series;
  /**
   * Returns the series with these values, or {@link undeclared} if there is none. Callers on a hot path keep it, since
   * the look-up costs more than the series' own methods.
   */
  with(values: Readonly<Record<Label, string>>): Series;
  /** Removes the series with these values, of something that is no longer there. A counter that ends loses its sum. */
  remove(values: Readonly<Record<Label, string>>): void;
}

/** A series with the values of its labels. */
export interface LabelledSeries<Series> {
  readonly labels: Readonly<Record<string, string>>;
  readonly series: Series;
}

/**
 * Value of every label in the series of all combinations that were not declared. Their sum stays right. Where they can
 * occur, as with the codes of a newer service, this series is declared as well.
 */
export const undeclared = "other";

/** Creates a family, and the function that lists its series. */
export function createFamily<Label extends string, Series>(
  labelNames: readonly Label[],
  create: () => Series,
): Family<Label, Series> & { list(): Iterable<LabelledSeries<Series>> } {
  const all = new Map<string, LabelledSeries<Series>>();

  function keyOf(values: Readonly<Record<string, string>>): string {
    let key = "";
    for (const name of labelNames) key += `${values[name]}\n`;
    return key;
  }

  function declare(values: Readonly<Record<string, string>>): Series {
    const key = keyOf(values);
    const known = all.get(key);
    if (known) return known.series;
    const labels = Object.fromEntries(labelNames.map((name) => [name, values[name] ?? ""]));
    const series = create();
    all.set(key, { labels, series });
    return series;
  }

  // A metric without labels is there from the start, with the value 0.
  if (labelNames.length === 0) declare({});
  return {
    declare,
    with: (values) =>
      all.get(keyOf(values))?.series ??
      declare(Object.fromEntries(labelNames.map((name) => [name, undeclared]))),
    remove: (values) => void all.delete(keyOf(values)),
    list: () => all.values(),
  };
}

/** Returns all combinations of these values of labels. */
export function combinationsOf<Label extends string>(
  values: Readonly<Record<Label, readonly string[]>>,
): readonly Readonly<Record<Label, string>>[] {
  let all: Record<string, string>[] = [{}];
  for (const [name, those] of Object.entries<readonly string[]>(values))
    all = all.flatMap((labels) => those.map((value) => ({ ...labels, [name]: value })));
  return all as Record<Label, string>[];
}
