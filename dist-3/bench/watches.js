import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { createCaller } from "./calls.js";
import { load } from "./load.js";
import { metered } from "./metered.js";
import { openRawService } from "./raw_service.js";
import { roundsOf } from "./rounds.js";
import { startBare, startService } from "./servers.js";
import { inTurns } from "./sse_subjects.js";
import { median, medianRatio } from "./statistics.js";
import { userToken } from "./user_token.js";
// Watches: what an idle one takes, what it costs to open one, and what other calls cost while many are open.
const connections = 20;
const openingAtOnce = 100;
const heartbeatMs = 15_000;
const { rounds, quick } = roundsOf(2);
const counts = quick ? [0, 500, 1_000] : [0, 20_000, 50_000];
const most = counts.at(-1) ?? 0;
const seconds = quick ? 1 : 3;
const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
const preload = "bench/meter.js";
const rows = new Map();
try {
    for (let round = 0; round < rounds; round++) {
        await idleWatches(round);
        await heartbeats(round);
    }
    console.log(`${rounds} rounds, ${connections} connections; medians, and medians of the rounds' ratios\n`);
    console.log(`${"".padEnd(52)}   service      bare     ratio`);
    for (const [name, { service, bare }] of rows) {
        const columns = [
            median(service).toFixed(1),
            bare.length > 0 ? median(bare).toFixed(1) : "-",
            bare.length > 0 ? medianRatio(service, bare).toFixed(2) : "-",
        ];
        console.log(name.padEnd(52) + columns.map((column) => column.padStart(10)).join(""));
    }
}
catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
}
finally {
    rmSync(folder, { recursive: true });
}
/** Opens more and more watches that say nothing while they are measured, on both servers by turns. */
async function idleWatches(round) {
    const service = await start(`idle ${round}`, "5m");
    const bare = await sideOf(await startBare(preload));
    const sides = { service, bare };
    try {
        for (const side of [service, bare]) {
            side.tickets.push(...(await inTurns(most, openingAtOnce, (index) => side.of(index).createTicket())));
            // The first ones are for the compiler and for what is only allocated once.
            await open(side, 1_000);
            await cancelAll(side);
        }
        const empty = {
            service: await service.server.collectedUsage(),
            bare: await bare.server.collectedUsage(),
        };
        for (const count of counts) {
            for (const [name, side] of Object.entries(sides)) {
                const opening = count - side.watches.length;
                const before = await side.server.usage();
                await open(side, opening);
                const cpu = (await side.server.usage()).cpu - before.cpu;
                if (opening > 0)
                    note(`CPU to open a watch, up to ${count} of them, us`, name, cpu / opening);
            }
            for (const [name, side] of Object.entries(sides)) {
                note(`CPU of GetStatus with ${count} idle watches, us`, name, await cpuOfGetStatus(side));
            }
        }
        for (const [name, side] of Object.entries(sides)) {
            const full = await side.server.collectedUsage();
            note("RSS of an idle watch, KiB", name, (full.rss - empty[name].rss) / most / 1_024);
            note("heap of an idle watch, KiB", name, (full.heap - empty[name].heap) / most / 1_024);
            await side.disconnect();
            const left = (await side.server.collectedUsage()).heap - empty[name].heap;
            note("heap left by a watch that has ended, KiB", name, left / most / 1_024);
        }
    }
    finally {
        await service.stop();
        await bare.stop();
    }
}
/** What it costs to tell every watcher the same again, over exactly one heartbeat. */
async function heartbeats(round) {
    const service = await start(`heartbeats ${round}`, `${heartbeatMs}ms`);
    const count = counts[1] ?? 0;
    try {
        service.tickets.push(...(await inTurns(count, openingAtOnce, (index) => service.of(index).createTicket())));
        await open(service, count);
        await pause(heartbeatMs);
        const before = await service.server.usage();
        await pause(heartbeatMs);
        const cpu = (await service.server.usage()).cpu - before.cpu;
        note("CPU of a heartbeat, us", "service", cpu / count);
    }
    finally {
        await service.stop();
    }
}
function note(name, of, figure) {
    const row = rows.get(name) ?? { service: [], bare: [] };
    rows.set(name, row);
    row[of].push(figure);
}
async function start(name, heartbeat) {
    const settings = { tickets: { ttl: "1h", maxTtl: "1h" }, watch: { heartbeat } };
    return sideOf(await startService({ name, level: "info", folder, preload, settings }));
}
async function sideOf(target) {
    const caller = createCaller(target.address);
    await caller.ready().finally(caller.close);
    const token = await userToken();
    const clients = [];
    for (let opened = 0; opened < connections; opened++) {
        clients.push(await openRawService(target.address, token));
    }
    return {
        server: metered(target, target.child),
        of: (index) => clients[index % connections] ?? missing(),
        tickets: [],
        watches: [],
        async disconnect() {
            for (const client of clients.splice(0))
                client.close();
            const after = await openRawService(target.address, token);
            await after.createTicket();
            await pause(1_000);
            after.close();
        },
        async stop() {
            for (const client of clients)
                client.close();
            await target.stop();
        },
    };
}
async function open(side, count) {
    const first = side.watches.length;
    const opened = await inTurns(count, openingAtOnce, async (index) => {
        const watch = side.of(index).watch(side.tickets[first + index] ?? missing());
        await watch.until(TicketState.PENDING);
        return watch;
    });
    side.watches.push(...opened);
}
async function cancelAll(side) {
    // Few: after a thousand resets at once HTTP/2 servers take a client for an attacker and close its connection.
    for (const watch of side.watches.splice(0))
        watch.cancel();
    // The cancellations arrive in order before a call that follows them on each connection.
    for (let index = 0; index < connections; index++)
        await side.of(index).createTicket();
}
async function cpuOfGetStatus({ server }) {
    const caller = createCaller(server.address);
    try {
        const call = await caller.getStatus();
        return (await load(server, call, seconds, join(folder, "body.grpc"))).cpuMicroseconds;
    }
    finally {
        caller.close();
    }
}
function missing() {
    throw new Error("there is a ticket and a connection for each watch");
}
