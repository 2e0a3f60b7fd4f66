import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { allDescriptions } from "./all_metrics.js";

const document = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

/** Rows of the tables of metrics. */
const rows = [
  ...document.matchAll(/^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>.*?) \| /gm),
].map(({ groups }) => ({
  name: groups?.name,
  type: groups?.type,
  labels: [...(groups?.labels ?? "").matchAll(/`(\w+)`/g)].map(([, label]) => label),
}));

it("the tables of docs/metrics.md list exactly the existing metrics, with their types and labels", () => {
  const byName = (one: { name?: string | undefined }, other: { name?: string | undefined }) =>
    String(one.name) < String(other.name) ? -1 : 1;
  const expected = allDescriptions().map(({ name, type, labels }) => ({ name, type, labels: [...labels] }));
  expect(rows.toSorted(byName)).toEqual(expected.toSorted(byName));
});

it("names and texts follow the conventions of Prometheus", () => {
  for (const { name, type, help, labels } of allDescriptions()) {
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    if (type === "histogram") expect(name).toMatch(/_(seconds|bytes)$/);
    expect(help, name).toMatch(/^[A-Z1].*[.]$/);
    expect(labels, name).not.toContain("le");
  }
});
