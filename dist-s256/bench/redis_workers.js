import { readFileSync } from "node:fs";
import { methods } from "./calls.js";
import { compare, enter, leave, printRates, ratesHeading } from "./contest.js";
import { startRedis } from "./redis_process.js";
import { cpuOf, startService } from "./servers.js";
/** More connections than elsewhere: they are what the workers share out. */
const layout = { connections: 32, callsEach: 4 };
/** Several workers behind one port against one, and against the service without any. */
export async function measureWorkers({ rounds, quick, folder, stopping }) {
    const seconds = quick ? 1 : 3;
    const redis = stopping(await startRedis("redis"));
    const competitors = [];
    for (const [name, words] of [
        ["--workers 1", ["--workers", "1"]],
        ["--workers 2", ["--workers", "2"]],
        ["no workers", []],
    ]) {
        const service = await startService({ name, level: "info", folder, redis: { url: redis.url }, words });
        const competitor = await enter({ ...service, cpuMicroseconds: () => cpuOfTree(service) });
        competitors.push(competitor);
        stopping({ stop: () => leave(competitor) });
    }
    const { connections, callsEach } = layout;
    console.log(`workers: ${rounds} x ${seconds} s, ${connections} connections x ${callsEach} calls; ratios to one worker; CPU of all processes of the service`);
    console.log(ratesHeading);
    const names = competitors.map(({ target }) => target.name);
    for (const method of methods) {
        printRates(method, names, await compare(competitors, method, { rounds, seconds, folder, layout }));
    }
}
function cpuOfTree({ child }) {
    return descendants(child.pid ?? 0).reduce((sum, pid) => sum + cpuOf(pid), 0);
}
function descendants(pid) {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean);
    return [pid, ...children.flatMap((child) => descendants(Number(child)))];
}
