import { afterAll, describe, expect, test } from "vitest";
import { hasRedis, withoutRedis } from "../support/redis/redis_process.js";
import { hasChecker, withoutChecker } from "./checker.js";
import { type RunReport, runFaults } from "./fault_run.js";
import { faultTable, violationsText } from "./fault_table.js";
import { operationsOr, seed } from "./settings.js";
import { bestEffort, durable, type Topology } from "./topologies.js";

// Only catches a hang: recovery from faults takes as long as Sentinels and a busy machine need.
const timeout = 240_000;
const usual = { seed, logins: 12, thinking: 2, calm: 20 };
const operations = operationsOr(1_500);

const reports: RunReport[] = [];

async function run(topology: Topology, options: { withFaults?: boolean } = {}): Promise<RunReport> {
  const report = await runFaults({ ...usual, ...options, topology, operations });
  reports.push(report);
  if (report.verdict.violationCount > 0) console.error(violationsText(report));
  return report;
}

describe.skipIf(!hasRedis || !hasChecker)(
  `three nodes under faults, seed ${seed}${withoutRedis}${withoutChecker}`,
  () => {
    afterAll(() => console.info(faultTable(reports)));

    test.each([durable.everyWriteOnDisk, durable.savesNothing, durable.sentinels, durable.cluster])(
      "three nodes keep every guarantee under faults: $name",
      { timeout },
      async (topology) => {
        const { verdict, faults } = await run(topology);
        expect(verdict.violations.map(({ rule, text }) => `${rule}: ${text}`)).toEqual([]);
        expect(verdict.overdue).toBe(0);
        expect(verdict.operations).toBeGreaterThanOrEqual(operations);
        expect(Math.min(...faults.values())).toBeGreaterThan(0);
      },
    );

    test("at best effort, three nodes lose only what a failover undoes", { timeout }, async () => {
      const { verdict } = await run(bestEffort.unconfirmed);
      expect(verdict.violations.map(({ rule, text }) => `${rule}: ${text}`)).toEqual([]);
      expect(verdict.losses.writes).toBeGreaterThan(0);
    });

    test("at best effort, three nodes lose nothing without faults", { timeout }, async () => {
      const { verdict } = await run(bestEffort.snapshots, { withFaults: false });
      expect(verdict).toMatchObject({
        violations: [],
        unknown: 0,
        gone: 0,
        losses: { tickets: 0, writes: 0 },
      });
    });
  },
);
