import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureApprovals } from "./redis_approvals.js";
import { measureLatency } from "./redis_latency.js";
import { measureMemory } from "./redis_memory.js";
import { measureRates } from "./redis_rates.js";
import { measureWaiting } from "./redis_waiting.js";
import { measureWatchers } from "./redis_watchers.js";
import { measureWorkers } from "./redis_workers.js";
import { roundsOf, usage } from "./rounds.js";
// The service with its tickets in Redis: part by part, each with servers of its own.
const parts = {
    rates: measureRates,
    approvals: measureApprovals,
    latency: measureLatency,
    waiting: measureWaiting,
    workers: measureWorkers,
    memory: measureMemory,
    watchers: measureWatchers,
};
const { rounds, quick, words } = roundsOf(3);
const stranger = words.find((word) => !parts[word]);
if (stranger !== undefined)
    usage(`no part is called ${stranger}; there are ${Object.keys(parts).join(", ")}`);
let stopAll = async () => { };
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
    process.once(signal, async () => {
        await stopAll();
        process.exit(code);
    });
}
for (const name of words.length > 0 ? words : Object.keys(parts)) {
    const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
    const stops = [() => rmSync(folder, { recursive: true })];
    stopAll = async () => {
        for (const stop of stops.splice(0))
            await stop();
    };
    try {
        await parts[name]?.({
            rounds,
            quick,
            folder,
            stopping(one) {
                stops.unshift(() => one.stop());
                return one;
            },
        });
        console.log("");
    }
    catch (error) {
        console.error(`bench: ${name}: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
    }
    finally {
        await stopAll();
    }
}
