import { describe, expect, it } from "vitest";
import { unknownNamesIn } from "../deploy/known_metrics.js";
import { eventually } from "../support/eventually.js";
import { hasRedis, withoutRedis } from "../support/redis/redis_process.js";
import { scrape } from "../support/scrape.js";
import type { Fault } from "./fault.js";
import { gatewayFaults } from "./gateway_faults.js";
import { redisFaults } from "./redis_faults.js";
import { isShown, readSections } from "./runbook_sections.js";
import { serviceFaults } from "./service_faults.js";

const sections = readSections("docs/runbook.md");

/** Sections whose faults were planted by hand, with the tests that come near. */
const plantedByHand: Readonly<Record<string, string>> = {
  "A worker hangs": "kill -STOP of a worker of two. test/compose/supervised_worker.test.ts",
};

/** Plants the fault and waits until everything that its section quotes is there. */
async function plantAndCompare({ section, plant }: Fault): Promise<void> {
  const quoted = sections.find(({ heading }) => heading === section)?.quoted ?? [];
  expect(quoted, `docs/runbook.md quotes nothing for "${section}"`).not.toEqual([]);
  const observed = await plant();
  await eventually(async () => {
    const scrapes = await Promise.all(observed.map(({ metricsAddress }) => scrape(metricsAddress)));
    const lines = observed.flatMap((each) => each.lines);
    const missing = quoted.filter((line) => !isShown(line, scrapes, lines));
    expect(missing, `not seen; the log has ${JSON.stringify(lines)}`).toEqual([]);
  });
}

describe("a planted fault", () => {
  it.each(serviceFaults)("the service shows what the run-book quotes: $section", plantAndCompare);
  it.each(gatewayFaults)("the gateway shows what the run-book quotes: $section", plantAndCompare);
});

describe.skipIf(!hasRedis)(`a planted fault of Redis${withoutRedis}`, () => {
  it.each(redisFaults)("a node shows what the run-book quotes: $section", plantAndCompare);
});

it("every section of the run-book that quotes something is held by a fault, or was planted by hand", () => {
  const quoting = sections.filter(({ quoted }) => quoted.length > 0).map(({ heading }) => heading);
  const faults = [...serviceFaults, ...gatewayFaults, ...redisFaults].map(({ section }) => section);
  expect(quoting.toSorted()).toEqual([...faults, ...Object.keys(plantedByHand)].toSorted());
});

it("every section of the run-book about a fault has its symptom, cause, remedy and prevention", () => {
  for (const { heading, text, quoted } of sections)
    if (quoted.length > 0)
      for (const part of ["Symptom", "Cause", "Do", "Prevent"])
        expect(text, `${heading}: **${part}.**`).toContain(`**${part}.** `);
});

it("the queries of the run-book and of docs/sizing.md use only metrics and labels that exist", () => {
  const sizing = readSections("docs/sizing.md").flatMap((section) => section.queries);
  const queries = [...sections.flatMap((section) => section.queries), ...sizing];
  expect([queries.length, sizing.length].every((count) => count > 0)).toBe(true);
  expect(queries.flatMap(unknownNamesIn)).toEqual([]);
});
