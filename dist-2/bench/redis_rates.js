import { methods } from "./calls.js";
import { assertNothingRefused, compare, enter, leave, printRates, ratesHeading, } from "./contest.js";
import { startRedis } from "./redis_process.js";
import { logFileOf, startBare, startService } from "./servers.js";
/** Unary calls with tickets in Redis, in memory, and beside a server that does nothing. */
export async function measureRates({ rounds, quick, folder, stopping }) {
    const seconds = quick ? 1 : 3;
    const redis = stopping(await startRedis("redis"));
    const services = [
        { name: "memory, info", level: "info", folder },
        { name: "memory, warn", level: "warn", folder },
        { name: "Redis, info", level: "info", folder, redis: { url: redis.url } },
        { name: "Redis, warn", level: "warn", folder, redis: { url: redis.url } },
    ];
    const competitors = [];
    for (const start of [startBare, ...services.map((options) => () => startService(options))]) {
        const competitor = await enter(await start());
        competitors.push(competitor);
        stopping({ stop: () => leave(competitor) });
    }
    console.log(`rates: ${rounds} x ${seconds} s, 8 connections x 16 calls; ratios to bare`);
    console.log(ratesHeading);
    const names = competitors.map(({ target }) => target.name);
    for (const method of methods) {
        printRates(method, names, await compare(competitors, method, { rounds, seconds, folder }));
    }
    for (const one of services)
        if (one.level === "info")
            assertNothingRefused(logFileOf(one));
}
