import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { type BenchContext, startRawNode } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import { mapConcurrently } from "./sse_sources.js";

const inFlight = 128;
const logins = 200;

/** Measures the memory of a ticket in Redis in each of its states, and the commands of a sign-in. */
export async function measureMemory({ quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const tickets = quick ? 2_000 : 100_000;
  const redis = stopAtEnd(await startRedis("redis"));
  const options = { level: "warn", folder, redis: { url: redis.url } } as const;
  const first = (await startRawNode({ stopAtEnd }, { name: "first", ...options })).clientFor(0);
  const second = (await startRawNode({ stopAtEnd }, { name: "second", ...options })).clientFor(0);

  const before = await usedMemory();
  const made = await mapConcurrently(tickets, inFlight, () => first.createTicket());
  const each = ((await usedMemory()) - before) / tickets;
  console.log(`memory: ${each.toFixed(0)} bytes of Redis for a ticket, from ${tickets} of them`);

  const [one] = made;
  if (!one) throw new Error("no ticket was created");
  const printSizes = async (state: string) => console.log(`${state.padEnd(10)} ${await sizes(one.ticketId)}`);
  await printSizes("PENDING");
  await first.markScanned(one.ticketId);
  await printSizes("SCANNED");
  await first.authorize(one.ticketId);
  await printSizes("AUTHORIZED");
  await first.exchange((await first.getStatus(one)).exchangeTicket);
  await printSizes("EXCHANGED");

  await redis.command("CONFIG", "RESETSTAT");
  await mapConcurrently(logins, 16, async () => {
    const ticket = await first.createTicket();
    const watch = second.watch(ticket);
    await watch.until(TicketState.PENDING);
    await first.markScanned(ticket.ticketId);
    await watch.until(TicketState.SCANNED);
    await first.authorize(ticket.ticketId);
    await watch.until(TicketState.AUTHORIZED);
    await first.exchange((await second.getStatus(ticket)).exchangeTicket);
    await watch.until(TicketState.EXCHANGED);
  });
  const stats = String(await redis.command("INFO", "commandstats"));
  const text = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)]
    .map(([, command, calls]) => `${command} ${(Number(calls) / logins).toFixed(2)}`)
    .join(", ");
  console.log(
    `commands of a login (create, watch, scan, authorize, status, exchange) over two nodes: ${text}`,
  );

  async function usedMemory(): Promise<number> {
    const info = String(await redis.command("INFO", "memory"));
    return Number(/used_memory:(\d+)/.exec(info)?.[1]);
  }

  async function sizes(id: string): Promise<string> {
    const key = `qrlogin:t:{${id}}`;
    const length = await redis.command("STRLEN", key);
    return `encoded ${length} bytes, MEMORY USAGE ${await redis.command("MEMORY", "USAGE", key)}`;
  }
}
