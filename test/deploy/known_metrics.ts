import { allDescriptions, processRegistry } from "../metrics/all_metrics.js";

/** Labels of each metric of a service or a gateway, by its name in a scrape. `up` is Prometheus' own. */
export const knownMetrics: ReadonlyMap<string, readonly string[]> = await listMetrics();

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
