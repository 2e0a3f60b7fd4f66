import { connectTo, disconnect, printRates, ratesHeading } from "./comparison.js";
import type { Measurement } from "./load.js";
import type { RawService } from "./raw_service.js";
import { type BenchContext, openRawServices } from "./redis_context.js";
import { startRedis } from "./redis_process.js";
import { type ServiceOptions, startBareServer, startService, type Target } from "./servers.js";
import { mapConcurrently } from "./sse_sources.js";
import { median } from "./statistics.js";

const connections = 8;
const inFlight = 128;

interface ApprovalServer {
  readonly target: Target;
  of(index: number): RawService;
}

/**
 * Measures MarkScanned and Authorize, once per ticket. h2load cannot do this, since it repeats a single
 * request.
 */
export async function measureApprovals({ rounds, quick, folder, stopAtEnd }: BenchContext): Promise<void> {
  const tickets = quick ? 1_000 : 4_000;
  const redis = stopAtEnd(await startRedis("redis"));
  const services: readonly ServiceOptions[] = [
    { name: "memory, info", level: "info", folder },
    { name: "Redis, info", level: "info", folder, redis: { url: redis.url } },
  ];
  const all: ApprovalServer[] = [];
  for (const start of [startBareServer, ...services.map((options) => () => startService(options))]) {
    const competitor = await connectTo(await start());
    stopAtEnd({ stop: () => disconnect(competitor) });
    const { target } = competitor;
    all.push({ target, of: await openRawServices({ stopAtEnd }, target.address, connections) });
  }

  const measured: Measurement[][] = all.map(() => []);
  const busy: number[][] = all.map(() => []);
  // The first round is a warm-up for the compiler.
  for (let round = -1; round < rounds; round++) {
    for (const [index, one] of all.entries()) {
      const { measurement, generatorBusy } = await approve(one, tickets);
      if (round < 0) continue;
      measured[index]?.push(measurement);
      busy[index]?.push(generatorBusy);
    }
  }
  console.log(`approvals: ${rounds} x ${tickets} fresh tickets, MarkScanned and Authorize; ratios to bare`);
  console.log(ratesHeading);
  printRates(
    "both",
    all.map(({ target }) => target.name),
    measured,
  );
  const shares = all.map(({ target }, index) => `${target.name} ${median(busy[index] ?? []).toFixed(2)}`);
  console.log(`cores that the load generator used: ${shares.join("; ")}`);
}

/** Approves 128 tickets at a time over 8 connections. */
async function approve({ target, of }: ApprovalServer, count: number) {
  const tickets = await mapConcurrently(count, inFlight, (index) => of(index).createTicket());
  const ownBefore = process.cpuUsage();
  const before = target.cpuMicroseconds();
  const start = performance.now();
  await mapConcurrently(count, inFlight, async (index) => {
    const { ticketId } = tickets[index] ?? { ticketId: "" };
    await of(index).markScanned(ticketId);
    await of(index).authorize(ticketId);
  });
  const seconds = (performance.now() - start) / 1_000;
  const cpu = target.cpuMicroseconds() - before;
  const { user, system } = process.cpuUsage(ownBefore);
  const measurement: Measurement = {
    callsPerSecond: (2 * count) / seconds,
    cpuMicroseconds: cpu / (2 * count),
  };
  return { measurement, generatorBusy: (user + system) / 1e6 / seconds };
}
