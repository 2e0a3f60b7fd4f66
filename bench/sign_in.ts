import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeProtectedHeader } from "jose";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { createDevicePair } from "./device_grant.js";
import { openRawService, type RawService } from "./raw_service.js";
import { startDeviceServer, startService, type Target } from "./servers.js";
import { median, medianRatio } from "./statistics.js";
import { userToken } from "./user_token.js";

// A complete sign-in, from the code to the signed tokens: the service compared with the device grant of
// oidc-provider.

/** Tokens that the app has at the end of a sign-in. */
export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

/** App and phone that sign in repeatedly, one sign-in at a time. */
interface Pair {
  signIn(): Promise<Tokens>;
  close(): void;
}

interface ComparedServer {
  readonly target: Target;
  readonly pairs: readonly Pair[];
}

interface Measurement {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

const pairsEach = 8;

/**
 * Connects the pairs. They share the app's connection, like a backend with `qrlogin/client`; each phone has
 * its own.
 */
async function connectService(target: Target, pairs: number): Promise<ComparedServer> {
  const token = await userToken();
  const app = await openRawService(target.address, token);
  const phones = await Promise.all(
    Array.from({ length: pairs }, () => openRawService(target.address, token)),
  );
  const pairOf = (phone: RawService): Pair => ({
    async signIn() {
      const ticket = await app.createTicket();
      const watch = app.watch(ticket);
      await watch.until(TicketState.PENDING);
      await phone.markScanned(ticket.ticketId);
      await watch.until(TicketState.SCANNED);
      await phone.authorize(ticket.ticketId);
      const { status } = await watch.until(TicketState.AUTHORIZED);
      const { tokenSet } = await app.exchange(status.exchangeTicket);
      await watch.until(TicketState.EXCHANGED);
      if (!tokenSet) throw new Error("the exchange returned no tokens");
      return tokenSet;
    },
    close() {
      phone.close();
      app.close();
    },
  });
  return { target, pairs: phones.map(pairOf) };
}

/** Signs in `count` times, divided among the pairs. */
async function run({ target, pairs }: ComparedServer, count: number): Promise<Measurement> {
  const before = target.cpuMicroseconds();
  const start = performance.now();
  await Promise.all(
    pairs.map(async ({ signIn }) => {
      for (let done = 0; done < count / pairs.length; done++) assertSigned(await signIn());
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  return { perSecond: count / seconds, cpuMicroseconds: (target.cpuMicroseconds() - before) / count };
}

function assertSigned({ idToken, accessToken }: Tokens): void {
  for (const token of [idToken, accessToken]) {
    if (decodeProtectedHeader(token).alg !== "ES256") throw new Error("a token was not signed with ES256");
  }
}

function print(names: readonly string[], measured: readonly (readonly Measurement[])[]): void {
  console.log("server                 sign-ins/s   ratio    CPU us   ratio");
  const rates = measured.map((runs) => runs.map(({ perSecond }) => perSecond));
  const costs = measured.map((runs) => runs.map(({ cpuMicroseconds }) => cpuMicroseconds));
  for (const [index, name] of names.entries()) {
    const columns = [
      ...[
        name.padEnd(21),
        median(rates[index] ?? [])
          .toFixed(0)
          .padStart(10),
      ],
      medianRatio(rates[index] ?? [], rates[0] ?? [])
        .toFixed(2)
        .padStart(6),
      median(costs[index] ?? [])
        .toFixed(0)
        .padStart(8),
      medianRatio(costs[index] ?? [], costs[0] ?? [])
        .toFixed(2)
        .padStart(6),
    ];
    console.log(columns.join("  "));
  }
}

async function main(): Promise<void> {
  const { rounds, quick } = parseRounds(5);
  const count = quick ? 80 : 800;
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  try {
    const competitors: ComparedServer[] = [];
    for (const level of ["info", "warn"] as const) {
      const service = await startService({ name: `log at ${level}`, level, folder, signsTokens: true });
      stopping.push(service.stop);
      const caller = createCaller(service.address);
      await caller.ready().finally(caller.close);
      competitors.push(await connectService(service, pairsEach));
    }
    const peer = await startDeviceServer();
    stopping.push(peer.stop);
    const devices = Array.from({ length: pairsEach }, () => createDevicePair(peer.address));
    competitors.push({ target: peer, pairs: devices });
    for (const { pairs } of competitors) for (const pair of pairs) stopping.push(pair.close);

    // Warm-up for the compiler, and for the sessions of the peer's phones.
    for (const competitor of competitors) await run(competitor, count);
    const measured: Measurement[][] = competitors.map(() => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, competitor] of competitors.entries()) {
        measured[index]?.push(await run(competitor, count));
      }
    }
    console.log(`${rounds} x ${count} sign-ins, ${pairsEach} at a time; ratios are medians of the rounds\n`);
    print(
      competitors.map(({ target }) => target.name),
      measured,
    );
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
