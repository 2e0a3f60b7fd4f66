import { decodeProtectedHeader } from "jose";
import { TicketState } from "../gen/qrlogin/v1/ticket.js";
import { openRawService, type RawService } from "./raw_service.js";
import type { Target } from "./servers.js";
import { median, medianRatio } from "./statistics.js";
import { userToken } from "./user_token.js";

/** Tokens that the app has at the end of a sign-in. */
export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
}

/** App and phone that sign in repeatedly, one sign-in at a time. */
export interface Pair {
  signIn(): Promise<Tokens>;
  close(): void;
}

/** Server in the comparison, with the pairs that sign in there. */
export interface SignInServer {
  readonly target: Target;
  readonly pairs: readonly Pair[];
}

interface Measurement {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Number of sign-ins that run at a time. */
export const pairsEach = 8;

/**
 * Connects the pairs. They share the app's connection, like a backend with `qrlogin/client`; each phone has
 * its own.
 *
 * @param hasCheckCode Whether each sign-in needs a check code. Otherwise none may.
 */
export async function connectService(target: Target, hasCheckCode = false): Promise<SignInServer> {
  const token = await userToken();
  const app = await openRawService(target.address, token);
  const phones = await Promise.all(
    Array.from({ length: pairsEach }, () => openRawService(target.address, token)),
  );
  const pairOf = (phone: RawService): Pair => ({
    async signIn() {
      const ticket = await app.createTicket();
      const watch = app.watch(ticket);
      await watch.until(TicketState.PENDING);
      await phone.scan(ticket.qrContent);
      await watch.until(TicketState.SCANNED);
      const checkCode = await phone.authorize(ticket.ticketId);
      if ((checkCode !== "") !== hasCheckCode) throw new Error("the check code is not as configured");
      if (hasCheckCode) {
        await watch.until(TicketState.AWAITING_CHECK_CODE);
        await app.submitCheckCode(ticket, checkCode);
      }
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

/** Signs in `count` times on each server in each round, in turns. The first round is a warm-up and not returned. */
async function measureSignIns(
  servers: readonly SignInServer[],
  rounds: number,
  count: number,
): Promise<readonly (readonly Measurement[])[]> {
  const measured: Measurement[][] = servers.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, server] of servers.entries()) measured[index]?.push(await run(server, count));
  }
  return measured.map((runs) => runs.slice(1));
}

/** Signs in `count` times, divided among the pairs. */
async function run({ target, pairs }: SignInServer, count: number): Promise<Measurement> {
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

/**
 * Measures the servers in turns and prints the result. The first round also opens the sessions of a peer's phones.
 */
export async function compareSignIns(
  servers: readonly SignInServer[],
  names: readonly string[],
  { rounds, quick }: { readonly rounds: number; readonly quick: boolean },
): Promise<void> {
  const count = quick ? 80 : 800;
  const measured = await measureSignIns(servers, rounds, count);
  console.log(`${rounds} x ${count} sign-ins, ${pairsEach} at a time; ratios are medians of the rounds\n`);
  printSignIns(names, measured);
}

/** Prints a line for each server: medians, and medians of the rounds' ratios to the first server. */
function printSignIns(names: readonly string[], measured: readonly (readonly Measurement[])[]): void {
  console.log("server                    sign-ins/s   ratio    CPU us   ratio");
  const rates = measured.map((runs) => runs.map(({ perSecond }) => perSecond));
  const costs = measured.map((runs) => runs.map(({ cpuMicroseconds }) => cpuMicroseconds));
  for (const [index, name] of names.entries()) {
    const columns = [
      ...[
        name.padEnd(24),
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
