import { enter, leave, printRates, ratesHeading } from "./contest.js";
import { startRedis } from "./redis_process.js";
import { openRawServices } from "./redis_setting.js";
import { startBare, startService } from "./servers.js";
import { inTurns } from "./sse_subjects.js";
import { median } from "./statistics.js";
const connections = 8;
const inFlight = 128;
/** MarkScanned and Authorize, each ticket once: what h2load, which repeats one request, cannot do. */
export async function measureApprovals({ rounds, quick, folder, stopping }) {
    const tickets = quick ? 1_000 : 4_000;
    const redis = stopping(await startRedis("redis"));
    const services = [
        { name: "memory, info", level: "info", folder },
        { name: "Redis, info", level: "info", folder, redis: { url: redis.url } },
    ];
    const all = [];
    for (const start of [startBare, ...services.map((options) => () => startService(options))]) {
        const competitor = await enter(await start());
        stopping({ stop: () => leave(competitor) });
        const { target } = competitor;
        all.push({ target, of: await openRawServices({ stopping }, target.address, connections) });
    }
    const measured = all.map(() => []);
    const busy = all.map(() => []);
    // The first round is for the compiler.
    for (let round = -1; round < rounds; round++) {
        for (const [index, one] of all.entries()) {
            const { measurement, generatorBusy } = await approve(one, tickets);
            if (round < 0)
                continue;
            measured[index]?.push(measurement);
            busy[index]?.push(generatorBusy);
        }
    }
    console.log(`approvals: ${rounds} x ${tickets} fresh tickets, MarkScanned and Authorize; ratios to bare`);
    console.log(ratesHeading);
    printRates("both", all.map(({ target }) => target.name), measured);
    const shares = all.map(({ target }, index) => `${target.name} ${median(busy[index] ?? []).toFixed(2)}`);
    console.log(`cores that the load generator used: ${shares.join("; ")}`);
}
/** 128 tickets at a time over 8 connections. */
async function approve({ target, of }, count) {
    const tickets = await inTurns(count, inFlight, (index) => of(index).createTicket());
    const ownBefore = process.cpuUsage();
    const before = target.cpuMicroseconds();
    const start = performance.now();
    await inTurns(count, inFlight, async (index) => {
        const { ticketId } = tickets[index] ?? { ticketId: "" };
        await of(index).markScanned(ticketId);
        await of(index).authorize(ticketId);
    });
    const seconds = (performance.now() - start) / 1_000;
    const cpu = target.cpuMicroseconds() - before;
    const { user, system } = process.cpuUsage(ownBefore);
    const measurement = {
        callsPerSecond: (2 * count) / seconds,
        cpuMicroseconds: cpu / (2 * count),
    };
    return { measurement, generatorBusy: (user + system) / 1e6 / seconds };
}
