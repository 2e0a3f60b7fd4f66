import { once } from "node:events";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import type { RawService } from "./raw_service.js";
import { type BenchContext, openRawServices, startRawNode } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import { rejectOnExit, type ServiceOptions, type ServiceTarget, startBareServer } from "./servers.js";
import { percentile } from "./statistics.js";

/** Nodes that the phone calls and on which the website watches. */
interface Route {
  readonly name: string;
  readonly phone: Node;
  readonly watcher: Node;
  /** Time from the start of the write until the watcher has the message, in milliseconds. */
  readonly fromWrite: number[];
  /** Time from the start of the phone's call until the watcher has the message, in milliseconds. */
  readonly fromCall: number[];
  readonly call: number[];
}

interface Node {
  readonly client: RawService;
  /** Resolves with the start time of the node's last write. */
  lastWrite(): Promise<bigint>;
}

const warmUps = 200;

/**
 * Measures the time from the phone's MarkScanned to the message of the watch, on one node and between two
 * nodes.
 */
export async function measureLatency({ quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const samples = quick ? 100 : 1_000;
  const redis = stopAtEnd(await startRedis("redis"));
  async function startNode(options: ServiceOptions): Promise<Node> {
    const node = await startRawNode({ stopAtEnd }, { ...options, entry: "bench/timestamping_node.js" });
    return { client: node.clientFor(0), lastWrite: createLastWriteReader(node.target) };
  }

  const bareServer = stopAtEnd(await startBareServer());
  const bareClients = await openRawServices({ stopAtEnd }, bareServer.address, 1);
  const bare: Node = { client: bareClients(0), lastWrite: createLastWriteReader(bareServer) };
  const memory = await startNode({ name: "memory", level: "info", folder });
  const first = await startNode({ name: "first", level: "info", folder, redis: { url: redis.url } });
  const second = await startNode({ name: "second", level: "info", folder, redis: { url: redis.url } });
  const ways: readonly Route[] = [
    createRoute("bare", bare, bare),
    createRoute("memory, one node", memory, memory),
    createRoute("Redis, one node", first, first),
    createRoute("Redis, two nodes", first, second),
  ];

  for (let sample = -warmUps; sample < samples; sample++) {
    for (const one of ways) await measureNotification(one, sample >= 0);
  }
  console.log(`latency: ${samples} notifications each way, one at a time, in turns; ms, p50 / p99`);
  console.log(
    `${"".padEnd(20)}${"write -> seen".padStart(16)}${"call -> seen".padStart(16)}${"call".padStart(16)}`,
  );
  for (const { name, fromWrite, fromCall, call } of ways) {
    const columns = [fromWrite, fromCall, call].map((numbers) => {
      const [half, most] = [percentile(numbers, 0.5), percentile(numbers, 0.99)];
      return `${half.toFixed(2)} / ${most.toFixed(2)}`.padStart(16);
    });
    console.log(`${name.padEnd(20)}${columns.join("")}`);
  }
}

function createRoute(name: string, phone: Node, watcher: Node): Route {
  return { name, phone, watcher, fromWrite: [], fromCall: [], call: [] };
}

async function measureNotification(
  { phone, watcher, fromWrite, fromCall, call }: Route,
  counts: boolean,
): Promise<void> {
  const ticket = await watcher.client.createTicket();
  const watch = watcher.client.watch(ticket);
  await watch.until(TicketState.PENDING);
  const seen = watch.until(TicketState.SCANNED);
  const begun = process.hrtime.bigint();
  const answered = phone.client.markScanned(ticket.ticketId).then(() => process.hrtime.bigint());
  const [{ at: seenAt }, answeredAt] = await Promise.all([seen, answered]);
  const written = await phone.lastWrite();
  watch.cancel();
  if (!counts) return;
  fromWrite.push(Number(seenAt - written) / 1e6);
  fromCall.push(Number(seenAt - begun) / 1e6);
  call.push(Number(answeredAt - begun) / 1e6);
}

function createLastWriteReader({ child, name }: ServiceTarget): () => Promise<bigint> {
  const ended = rejectOnExit(child, name);
  // Waiting callers get the rejection. At the end there are none.
  ended.catch(() => {});
  return async () => {
    const answer = once(child, "message");
    child.send("when");
    const [at] = await Promise.race([answer, ended]);
    return BigInt(at);
  };
}
