import { allDescriptions, processRegistry } from "../metrics/all_metrics.js";
import { parsePromql } from "./promql.js";

/** Labels of each metric of a service or a gateway, by its name in a scrape. `up` is Prometheus' own. */
export const knownMetrics: ReadonlyMap<string, readonly string[]> = await listMetrics();

/**
 * Returns the metrics and labels of a PromQL expression that do not exist, as `METRIC` and `METRIC LABEL`. A metric
 * must have all labels that the results are grouped by: an expression of several joins them by the labels of each.
 */
export function unknownNamesIn(expression: string): string[] {
  const { selections, groupingLabels } = parsePromql(expression);
  return selections.flatMap(({ metric, labels }) => {
    const known = knownMetrics.get(metric);
    if (!known) return [metric];
    const all = ["job", "instance", "le", ...known];
    return [...labels, ...groupingLabels]
      .filter((label) => !all.includes(label))
      .map((label) => `${metric} ${label}`);
  });
}

async function listMetrics(): Promise<ReadonlyMap<string, readonly string[]>> {
  const ofNode = (await processRegistry.snapshot()).map(({ name, type, values }) => ({
    name,
    type,
    labels: values.flatMap((sample) => Object.keys(sample.labels)),
  }));
  const known = new Map<string, readonly string[]>([["up", []]]);
  for (const { name, type, labels } of [...ofNode, ...allDescriptions()]) {
    const suffixes = type === "histogram" ? ["_bucket", "_sum", "_count"] : [""];
    for (const suffix of suffixes)
      known.set(name + suffix, suffix === "_bucket" ? [...labels, "le"] : labels);
  }
  return known;
}
