import { newTicketId, newWriteId } from "../src/domain/secrets.js";
import { replaceScript, replaceScriptSha } from "../src/store/redis/replace_script.js";
import { clientKinds } from "./redis_client_kinds.js";
import { percentile } from "./statistics.js";
/** As long as an encoded ticket with a requester, less the write id that comes first. */
const rest = "x".repeat(500 - 16);
const keepMs = "720000";
const mostInFlight = 256;
const mostOperations = 2_000_000;
const [name = "", port] = process.argv.slice(2);
const connect = clientKinds[name];
if (!connect)
    throw new Error(`no client is called ${name}`);
const client = await connect(Number(port));
await client.load(replaceScript);
const slots = await Promise.all(Array.from({ length: mostInFlight }, () => createSlot(client)));
const latencies = new Float64Array(mostOperations);
const operations = {
    async replace(slot) {
        const writeId = newWriteId();
        const words = [slot.writeId, writeId + rest, keepMs, slot.channel];
        const won = await client.evalsha(replaceScriptSha, slot.key, words);
        if (won !== 1)
            throw new Error(`${name}: a write that nobody raced has lost`);
        slot.writeId = writeId;
    },
    async get(slot) {
        const value = await client.get(slot.key);
        if (value?.length !== 500)
            throw new Error(`${name}: a value is not as it was written`);
    },
};
process.on("message", async (wish) => process.send?.(await measure(wish)));
process.on("disconnect", () => client.close());
process.send?.("ready");
async function measure({ operation, inFlight, milliseconds }) {
    const act = operations[operation];
    let done = 0;
    const before = process.cpuUsage();
    const start = performance.now();
    const end = start + milliseconds;
    await Promise.all(slots.slice(0, inFlight).map(async (slot) => {
        for (let now = start; now < end && done < mostOperations;) {
            const begun = performance.now();
            await act(slot);
            now = performance.now();
            latencies[done++] = now - begun;
        }
    }));
    const seconds = (performance.now() - start) / 1_000;
    const { user, system } = process.cpuUsage(before);
    const sorted = latencies.subarray(0, done);
    return {
        perSecond: done / seconds,
        cpu: (user + system) / done,
        p50: percentile(sorted, 0.5),
        p99: percentile(sorted, 0.99),
    };
}
async function createSlot(through) {
    const id = newTicketId();
    const slot = { key: `qrlogin:t:{${id}}`, channel: `qrlogin:c:{${id}}`, writeId: newWriteId() };
    await through.set(slot.key, slot.writeId + rest);
    return slot;
}
