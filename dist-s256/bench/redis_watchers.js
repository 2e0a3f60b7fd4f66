import { setTimeout as pause } from "node:timers/promises";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { metered } from "./metered.js";
import { startRedis } from "./redis_process.js";
import { startRawNode } from "./redis_setting.js";
import { inTurns } from "./sse_subjects.js";
const connections = 20;
const openingAtOnce = 100;
/** What an idle watcher takes of a node and of Redis, its ticket made elsewhere. */
export async function measureWatchers({ quick, folder, stopping }) {
    const count = quick ? 1_000 : 20_000;
    const redis = stopping(await startRedis("redis"));
    const start = async (options) => {
        const preload = "bench/meter.js";
        const { target, of } = await startRawNode({ stopping }, { ...options, preload }, connections);
        return { server: metered(target, target.child), of };
    };
    console.log(`watchers: ${count} idle ones over ${connections} connections`);
    const inRedis = { level: "warn", folder, redis: { url: redis.url } };
    const maker = await start({ name: "maker", ...inRedis });
    const node = await start({ name: "Redis", ...inRedis });
    const alone = await start({ name: "memory", level: "warn", folder });
    for (const [made, watched] of [
        [alone, alone],
        [maker, node],
    ]) {
        // The first ones are for the compiler and for what is only allocated once.
        const firstTickets = await inTurns(200, openingAtOnce, (index) => made.of(index).createTicket());
        const firsts = firstTickets.map((ticket, index) => watched.of(index).watch(ticket));
        await Promise.all(firsts.map((watch) => watch.until(TicketState.PENDING)));
        for (const watch of firsts)
            watch.cancel();
        const tickets = await inTurns(count, openingAtOnce, (index) => made.of(index).createTicket());
        await pause(500);
        const redisBefore = await usedMemory();
        const before = await watched.server.collectedUsage();
        const watches = await inTurns(count, openingAtOnce, async (index) => {
            const watch = watched.of(index).watch(tickets[index] ?? missing());
            await watch.until(TicketState.PENDING);
            return watch;
        });
        const opened = await watched.server.usage();
        const after = await watched.server.collectedUsage();
        const redisAfter = await usedMemory();
        const each = (from, to, unit) => ((to - from) / count / unit).toFixed(1);
        console.log(`${watched.server.name.padEnd(8)} RSS ${each(before.rss, after.rss, 1_024)} KiB, heap ${each(before.heap, after.heap, 1_024)} KiB, ` +
            `CPU to open ${each(before.cpu, opened.cpu, 1)} us, in Redis ${each(redisBefore, redisAfter, 1)} bytes`);
        for (const watch of watches)
            watch.cancel();
    }
    async function usedMemory() {
        const info = String(await redis.command("INFO", "memory"));
        return Number(/used_memory:(\d+)/.exec(info)?.[1]);
    }
}
function missing() {
    throw new Error("there is a ticket for each watcher");
}
