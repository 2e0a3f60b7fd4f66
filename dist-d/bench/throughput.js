import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { methods } from "./calls.js";
import { assertNothingRefused, compare, enter, leave, printRates, ratesHeading, } from "./contest.js";
import { roundsOf } from "./rounds.js";
import { logFileOf, startBare, startService } from "./servers.js";
// Unary calls: the service, with its log at two levels, beside a server that does nothing.
const { rounds, quick } = roundsOf(5);
const seconds = quick ? 1 : 3;
const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const atInfo = { name: "log at info", level: "info", folder };
const atWarn = { name: "log at warn", level: "warn", folder };
const competitors = [];
try {
    for (const start of [startBare, () => startService(atInfo), () => startService(atWarn)]) {
        competitors.push(await enter(await start()));
    }
    console.log(`${rounds} x ${seconds} s, 8 connections x 16 calls; ratios are medians of the rounds, bare = 1.00\n`);
    console.log(ratesHeading);
    const names = competitors.map(({ target }) => target.name);
    for (const method of methods) {
        printRates(method, names, await compare(competitors, method, { rounds, seconds, folder }));
    }
    assertNothingRefused(logFileOf(atInfo));
}
catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
}
finally {
    for (const competitor of competitors)
        await leave(competitor);
    rmSync(folder, { recursive: true });
}
