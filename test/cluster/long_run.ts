import { hasRedis } from "../support/redis/redis_process.js";
import { hasChecker } from "./checker.js";
import { type RunReport, runFaults } from "./fault_run.js";
import { faultTable, violationsText } from "./fault_table.js";
import { operationsOr, seed } from "./settings.js";
import { bestEffort, durable, type Topology } from "./topologies.js";

// The long version of `faults.test.ts`: `npm run test:faults`. The arguments name topologies; all by default.

if (!hasRedis || !hasChecker) throw new Error("redis-server and go are needed");

// Child processes end with this process, however it ends.
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

const all: Readonly<Record<string, Topology>> = { ...durable, ...bestEffort };
const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(all);
const topologies = names.map((name) => {
  const topology = all[name];
  if (!topology) throw new Error(`unknown topology ${name}; choose from ${Object.keys(all).join(", ")}`);
  return topology;
});
const operations = Math.ceil(operationsOr(200_000) / topologies.length);

const reports: RunReport[] = [];
const sum = (count: (report: RunReport) => number) => reports.reduce((total, one) => total + count(one), 0);
const violations = () => sum(({ verdict }) => verdict.violationCount);
try {
  for (const topology of topologies) {
    console.error(`${topology.name}: ${operations} operations, seed ${seed}`);
    const report = await runFaults({ topology, seed, operations, logins: 48, thinking: 1.5, calm: 60 });
    reports.push(report);
    if (report.verdict.violationCount > 0) console.error(violationsText(report));
  }
} finally {
  console.log(faultTable(reports));
  console.log(`\n${sum(({ verdict }) => verdict.operations)} operations, ${violations()} violations`);
}
process.exitCode = violations() > 0 ? 1 : 0;
