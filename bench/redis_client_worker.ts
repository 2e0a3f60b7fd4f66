import { newTicketId, newWriteId } from "../src/domain/secrets.js";
import { replaceScript, replaceScriptSha } from "../src/store/redis/replace_script.js";
import { type ComparedClient, clientLibraries } from "./redis_client_libraries.js";
import { percentile } from "./statistics.js";

// One client library in its own process, so that libraries do not share garbage or compiled code. The parent
// sends one request at a time.

/** Measurement that the parent requests. */
export interface MeasureRequest {
  readonly operation: "replace" | "get";
  readonly inFlight: number;
  readonly milliseconds: number;
}

/** Result of a measurement. */
export interface ClientFigures {
  readonly perSecond: number;
  /** User and system time of this process per operation, in microseconds. */
  readonly cpuMicroseconds: number;
  /** Time from the call to the response, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Filler with the length of an encoded ticket with a requester, without the write id at its start. */
const valueFiller = "x".repeat(500 - 16);
const ttlMs = "720000";
const mostInFlight = 256;
const mostOperations = 2_000_000;

interface TestTicket {
  readonly key: string;
  readonly channel: string;
  writeId: string;
}

const [name = "", port] = process.argv.slice(2);
const connect = clientLibraries[name];
if (!connect) throw new Error(`unknown client library ${name}`);
const client = await connect(Number(port));
await client.load(replaceScript);
const slots = await Promise.all(Array.from({ length: mostInFlight }, () => createSlot(client)));
const latencies = new Float64Array(mostOperations);

const operations: Readonly<Record<MeasureRequest["operation"], (slot: TestTicket) => Promise<void>>> = {
  async replace(slot) {
    const writeId = newWriteId();
    const words = [slot.writeId, writeId + valueFiller, ttlMs, slot.channel];
    const won = await client.evalsha(replaceScriptSha, slot.key, words);
    if (won !== 1) throw new Error(`${name}: a write without competition was rejected`);
    slot.writeId = writeId;
  },
  async get(slot) {
    const value = await client.get(slot.key);
    if (value?.length !== 500) throw new Error(`${name}: a value differs from the written one`);
  },
};

process.on("message", async (request: MeasureRequest) => process.send?.(await measure(request)));
process.on("disconnect", () => client.close());
process.send?.("ready");

async function measure({ operation, inFlight, milliseconds }: MeasureRequest): Promise<ClientFigures> {
  const act = operations[operation];
  let done = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  const end = start + milliseconds;
  await Promise.all(
    slots.slice(0, inFlight).map(async (slot) => {
      for (let now = start; now < end && done < mostOperations; ) {
        const begun = performance.now();
        await act(slot);
        now = performance.now();
        latencies[done++] = now - begun;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(before);
  const sorted = latencies.subarray(0, done);
  return {
    perSecond: done / seconds,
    cpuMicroseconds: (user + system) / done,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
}

async function createSlot(through: ComparedClient): Promise<TestTicket> {
  const id = newTicketId();
  const slot = { key: `qrlogin:t:{${id}}`, channel: `qrlogin:c:{${id}}`, writeId: newWriteId() };
  await through.set(slot.key, slot.writeId + valueFiller);
  return slot;
}
