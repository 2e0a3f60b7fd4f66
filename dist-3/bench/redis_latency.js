import { once } from "node:events";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { startRedis } from "./redis_process.js";
import { openRawServices, startRawNode } from "./redis_setting.js";
import { gone, startBare } from "./servers.js";
import { percentile } from "./statistics.js";
const warmUps = 200;
/** From the phone's MarkScanned to the message of the watch: on one node, and from one node to another. */
export async function measureLatency({ quick, folder, stopping }) {
    const samples = quick ? 100 : 1_000;
    const redis = stopping(await startRedis("redis"));
    async function startNode(options) {
        const node = await startRawNode({ stopping }, { ...options, entry: "bench/stamped_node.js" });
        return { client: node.of(0), lastWrite: askerOf(node.target) };
    }
    const bareServer = stopping(await startBare());
    const bareClients = await openRawServices({ stopping }, bareServer.address, 1);
    const bare = { client: bareClients(0), lastWrite: askerOf(bareServer) };
    const memory = await startNode({ name: "memory", level: "info", folder });
    const first = await startNode({ name: "first", level: "info", folder, redis: { url: redis.url } });
    const second = await startNode({ name: "second", level: "info", folder, redis: { url: redis.url } });
    const ways = [
        way("bare", bare, bare),
        way("memory, one node", memory, memory),
        way("Redis, one node", first, first),
        way("Redis, two nodes", first, second),
    ];
    for (let sample = -warmUps; sample < samples; sample++) {
        for (const one of ways)
            await notify(one, sample >= 0);
    }
    console.log(`latency: ${samples} notifications each way, one at a time, in turns; ms, p50 / p99`);
    console.log(`${"".padEnd(20)}${"write -> seen".padStart(16)}${"call -> seen".padStart(16)}${"call".padStart(16)}`);
    for (const { name, fromWrite, fromCall, call } of ways) {
        const columns = [fromWrite, fromCall, call].map((numbers) => {
            const [half, most] = [percentile(numbers, 0.5), percentile(numbers, 0.99)];
            return `${half.toFixed(2)} / ${most.toFixed(2)}`.padStart(16);
        });
        console.log(`${name.padEnd(20)}${columns.join("")}`);
    }
}
function way(name, phone, watcher) {
    return { name, phone, watcher, fromWrite: [], fromCall: [], call: [] };
}
async function notify({ phone, watcher, fromWrite, fromCall, call }, counts) {
    const ticket = await watcher.client.createTicket();
    const watch = watcher.client.watch(ticket);
    await watch.until(TicketState.PENDING);
    const seen = watch.until(TicketState.SCANNED);
    const begun = process.hrtime.bigint();
    const answered = phone.client.markScanned(ticket.ticketId).then(() => process.hrtime.bigint());
    const [{ at: seenAt }, answeredAt] = await Promise.all([seen, answered]);
    const written = await phone.lastWrite();
    watch.cancel();
    if (!counts)
        return;
    fromWrite.push(Number(seenAt - written) / 1e6);
    fromCall.push(Number(seenAt - begun) / 1e6);
    call.push(Number(answeredAt - begun) / 1e6);
}
function askerOf({ child, name }) {
    const ended = gone(child, name);
    // Whoever waits is told; at the end nobody does.
    ended.catch(() => { });
    return async () => {
        const answer = once(child, "message");
        child.send("when");
        const [at] = await Promise.race([answer, ended]);
        return BigInt(at);
    };
}
