import { fork } from "node:child_process";
import { once } from "node:events";
import { clientKinds } from "./redis_client_kinds.js";
import { startRedis } from "./redis_process.js";
import { roundsOf } from "./rounds.js";
import { built, gone } from "./servers.js";
import { median, medianRatio } from "./statistics.js";
const { rounds, quick } = roundsOf(5);
const milliseconds = quick ? 200 : 1_000;
const redis = await startRedis("redis");
const contestants = [];
try {
    for (const name of Object.keys(clientKinds))
        contestants.push(await enter(name));
    console.log(`${rounds} x ${milliseconds} ms; medians of the rounds; ratios to ${contestants[0]?.name}\n`);
    console.log("operation  in flight  client                 ops/s  ratio   CPU us  ratio   p50 ms   p99 ms  Redis CPU us");
    for (const operation of ["replace", "get"]) {
        for (const inFlight of [1, 64, 256]) {
            const wish = { operation, inFlight, milliseconds };
            print(wish, await compare(wish));
        }
    }
}
catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
}
finally {
    for (const { child } of contestants)
        child.kill();
    await redis.stop();
}
async function enter(name) {
    const child = fork(built("bench/redis_client_worker.js"), [name, String(redis.port)]);
    const ended = gone(child, name);
    // Whoever waits is told; at the end nobody does.
    ended.catch(() => { });
    await Promise.race([once(child, "message"), ended]);
    return {
        name,
        child,
        async measure(wish) {
            const answer = once(child, "message");
            child.send(wish);
            const [figures] = await Promise.race([answer, ended]);
            return figures;
        },
    };
}
/** The first round is for the compiler and counts for nothing. */
async function compare(wish) {
    const measured = contestants.map(() => []);
    for (let round = -1; round < rounds; round++) {
        for (const [index, contestant] of contestants.entries()) {
            const before = redis.cpuMicroseconds();
            const figures = await contestant.measure(wish);
            const operations = figures.perSecond * (milliseconds / 1_000);
            const redisCpu = (redis.cpuMicroseconds() - before) / operations;
            if (round >= 0)
                measured[index]?.push({ ...figures, redisCpu });
        }
    }
    return measured;
}
function print({ operation, inFlight }, measured) {
    const first = measured[0] ?? [];
    for (const [index, runs] of measured.entries()) {
        const of = (key) => runs.map((one) => one[key]);
        const ratio = (key) => medianRatio(of(key), first.map((one) => one[key])).toFixed(2);
        const columns = [
            operation.padEnd(9),
            String(inFlight).padStart(9),
            (contestants[index]?.name ?? "").padEnd(19),
            median(of("perSecond")).toFixed(0).padStart(7),
            ratio("perSecond").padStart(5),
            median(of("cpu")).toFixed(1).padStart(7),
            ratio("cpu").padStart(5),
            median(of("p50")).toFixed(3).padStart(7),
            median(of("p99")).toFixed(3).padStart(7),
            median(of("redisCpu")).toFixed(1).padStart(12),
        ];
        console.log(columns.join("  "));
    }
}
