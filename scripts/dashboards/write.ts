// Writes the Grafana dashboards: node --import tsx scripts/dashboards/write.ts deploy/monitoring/grafana
import { writeFileSync } from "node:fs";
import { buildDashboard } from "./build_dashboard.js";
import { dashboards } from "./dashboards.js";

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: write.ts DIRECTORY");
for (const definition of dashboards) {
  writeFileSync(
    `${directory}/${definition.uid}.json`,
    `${JSON.stringify(buildDashboard(definition), undefined, 2)}\n`,
  );
}
