import { setTimeout as pause } from "node:timers/promises";
import { openStream } from "./event_streams.js";
import { startBareSse, startGateway } from "./sse_servers.js";
import { bareSubject, gatewaySubject, inTurns, } from "./sse_subjects.js";
/** So many streams come and go before anything is measured, for the compiler. */
const warmUps = 200;
/** Streams that are opened at the same time. */
const openingAtOnce = 50;
/**
 * Starts both servers and measures them: opening one after the other, idle at the same time, events in turns. Throws when a
 * stream misses an event.
 */
export async function measureRound(setting) {
    const { folder, service, front, phone, heartbeatMs } = setting;
    const servers = [
        await startGateway(folder, service, heartbeatMs),
        await startBareSse(heartbeatMs),
    ];
    try {
        const [gatewayServer, bareServer] = servers;
        const gateway = await openAll(gatewaySubject(gatewayServer, front, phone), setting.streams);
        const bare = await openAll(bareSubject(bareServer), setting.streams);
        const idle = await idleUsage([gateway, bare], heartbeatMs);
        const told = await tellInTurns(gateway, bare);
        for (const { streams } of [gateway, bare])
            await Promise.all(streams.map((stream) => stream.close()));
        return {
            gateway: figures(gateway, idle[0] ?? Number.NaN, told.gateway),
            bare: figures(bare, idle[1] ?? Number.NaN, told.bare),
            bareFromWrite: quantiles(told.bare.fromWrite),
        };
    }
    finally {
        for (const server of servers)
            await server.stop();
    }
}
async function openAll(subject, count) {
    const { server } = subject;
    const rehearsal = await subject.stands(warmUps);
    await inTurns(warmUps, openingAtOnce, (index) => rehearse(server.address, standAt(rehearsal, index)));
    const stands = await subject.stands(count);
    await pause(500);
    const before = await server.collectedUsage();
    const opened = await inTurns(count, openingAtOnce, async (index) => {
        const { path, cookie } = standAt(stands, index);
        const stream = openStream(server.address, path, cookie);
        return { stream, first: await stream.next() };
    });
    const opening = await server.usage();
    assertEvent(opened[0]?.first, "PENDING");
    await pause(500);
    const after = await server.collectedUsage();
    return { subject, stands, streams: opened.map(({ stream }) => stream), before, opening, after };
}
async function rehearse(address, stand) {
    const stream = openStream(address, stand.path, stand.cookie);
    await stream.next();
    await stand.scan();
    await stream.next();
    await stand.end();
    await stream.close();
}
/** CPU of each, in percent of a core for a thousand streams, over exactly one heartbeat. */
async function idleUsage(runs, heartbeatMs) {
    const before = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
    const beats = runs.map(({ streams }) => beatsOf(streams));
    await pause(heartbeatMs);
    const after = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
    return runs.map(({ subject, streams }, index) => {
        const come = beatsOf(streams) - (beats[index] ?? 0);
        if (come < streams.length * 0.8) {
            throw new Error(`${subject.server.name}: ${come} heartbeats for ${streams.length} streams`);
        }
        const cpu = (after[index]?.cpu ?? Number.NaN) - (before[index]?.cpu ?? Number.NaN);
        return ((cpu / (heartbeatMs * 1_000)) * 100 * 1_000) / streams.length;
    });
}
function beatsOf(streams) {
    return streams.reduce((sum, stream) => sum + stream.heartbeats(), 0);
}
/** One event at a time, on one server and then the other: what disturbs the machine disturbs both. */
async function tellInTurns(gateway, bare) {
    const runs = [gateway, bare];
    const before = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
    const told = runs.map(() => ({ milliseconds: [], fromWrite: [] }));
    const count = Math.min(500, gateway.streams.length);
    for (let index = 0; index < count; index++) {
        const arrivals = [];
        for (const [which, { stands, streams }] of runs.entries()) {
            const calledAt = process.hrtime.bigint();
            const writtenAt = standAt(stands, index).scan();
            const arrival = await streams[index]?.next();
            assertEvent(arrival, "SCANNED");
            arrivals.push(arrival);
            told[which]?.milliseconds.push(between(calledAt, arrival.at));
            told[which]?.fromWrite.push(between((await writtenAt) ?? calledAt, arrival.at));
        }
        assertAlike(arrivals);
    }
    const after = await Promise.all(runs.map(({ subject }) => subject.server.usage()));
    const of = (which) => ({
        milliseconds: told[which]?.milliseconds ?? [],
        fromWrite: told[which]?.fromWrite ?? [],
        cpu: ((after[which]?.cpu ?? Number.NaN) - (before[which]?.cpu ?? Number.NaN)) / count,
    });
    return { gateway: of(0), bare: of(1) };
}
function figures({ before, opening, after, streams }, idle, told) {
    const { p50, p99 } = quantiles(told.milliseconds);
    return {
        "RSS of a stream, KiB": (after.rss - before.rss) / 1_024 / streams.length,
        "heap of a stream, KiB": (after.heap - before.heap) / 1_024 / streams.length,
        "CPU to open a stream, us": (opening.cpu - before.cpu) / streams.length,
        "CPU of 1,000 idle streams, % of a core": idle,
        "CPU of an event, us": told.cpu,
        "call -> client has the event, p50 ms": p50,
        "call -> client has the event, p99 ms": p99,
    };
}
function assertEvent(arrival, state) {
    if (!arrival?.text.includes(`"state":"${state}"`))
        throw new Error(`no event ${state}: ${arrival?.text}`);
}
/** The bare server's events have to be as long as the gateway's, or the ceiling would be another one. */
function assertAlike(arrivals) {
    const lengths = arrivals.map(({ text }) => text.length);
    if (Math.max(...lengths) / Math.min(...lengths) > 1.05) {
        throw new Error(`the events are not alike: ${lengths.join(", ")} bytes`);
    }
}
function standAt(stands, index) {
    const stand = stands[index];
    if (!stand)
        throw new Error(`there is no stream ${index}`);
    return stand;
}
function between(from, to) {
    return Number(to - from) / 1e6;
}
function quantiles(numbers) {
    const sorted = numbers.toSorted((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99) };
}
