// Attacks a running qrlogin: see docs/security/attack-kit.md. Start it with `npm run attack -- --target HOST:PORT`.
import { setTimeout as wait } from "node:timers/promises";
import { attack } from "./attack.js";
import { readCommandLine } from "./command_line.js";
import { formatJson, formatReport, hasFailed } from "./report.js";

const options = readCommandLine(process.argv.slice(2), {
  env: process.env,
  print: (text) => console.log(text),
  printError: (text) => console.error(text),
});
if (typeof options === "number") {
  process.exitCode = options;
} else {
  try {
    const report = await attack(options, { wait });
    console.log(options.json ? formatJson(report) : formatReport(report));
    process.exitCode = hasFailed(report) ? 1 : 0;
  } catch (error) {
    console.error(
      `attack: the target cannot be attacked: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exitCode = 2;
  }
}
