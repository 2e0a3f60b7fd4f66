import { expect, it } from "vitest";
import { newSecret, newTicketId } from "../../../src/domain/secrets.js";
import { TicketError } from "../../../src/domain/ticket_error.js";
import { shop } from "../../support/tickets.js";
import { createLimitedService, type LimitedService, userNamed } from "./limits_fixture.js";

const office = "192.0.2.7";
const attacker = "203.0.113.66";
const fiveMinutes = 300_000;

/** Signs a person in as a backend with a poll and a watch does. Throws if anything fails. */
async function signIn(service: LimitedService, name: string): Promise<void> {
  const held = await service.create({ ipAddress: office }, shop, `screen of ${name}`);
  const watch = service.watch(shop, held.proof);
  await watch.next();
  await service.tickets.get(shop, held.proof);
  await service.scan(held.ticketId, userNamed(name));
  await watch.next();
  service.clock.advance(500);
  await service.tickets.get(shop, held.proof);
  await service.authorize(held.ticketId, userNamed(name));
  expect((await watch.next()).value?.state).toBe("AUTHORIZED");
  expect((await service.exchange(held)).approval?.profile).toBeDefined();
  expect((await watch.next()).value?.state).toBe("EXCHANGED");
}

/** Counts the attacker's calls by the limit that stops them. Those that pass count under an empty name. */
function createAttacker(service: LimitedService) {
  const outcomes: Record<string, number> = {};
  const record = (name: string) => {
    outcomes[name] = (outcomes[name] ?? 0) + 1;
  };
  const mallory = userNamed("mallory");
  async function attempt(call: () => Promise<unknown>): Promise<void> {
    await call().then(
      () => record(""),
      (error: unknown) => {
        if (!(error instanceof TicketError)) throw error;
        record(error.exceededLimit ?? error.reason);
      },
    );
  }
  return {
    outcomes,
    /** Floods with tickets, scans, guesses of tickets and of secrets. */
    async strike(): Promise<void> {
      for (let index = 0; index < 10; index++) {
        await attempt(async () => {
          const { ticketId } = await service.create({ ipAddress: attacker });
          await attempt(() => service.scan(ticketId, mallory));
        });
        await attempt(() => service.scan(newTicketId(), userNamed("mallet")));
        await attempt(() =>
          service.tickets.get(shop, { ticketId: newTicketId(), ticketSecret: newSecret() }),
        );
      }
    },
  };
}

it("500 people behind one address sign in within five minutes, while an attacker at another address is stopped", async () => {
  const service = createLimitedService();
  const { outcomes, strike } = createAttacker(service);
  const start = service.clock.now();
  for (let person = 0; person < 500; person++) {
    await signIn(service, `person-${person}`);
    await strike();
    service.clock.advance(100);
  }
  expect(service.clock.now() - start).toBeLessThanOrEqual(fiveMinutes);

  // In five minutes: 600 tickets at once and 10 a second, five live scans, and a guess every two seconds.
  const { requester_address, scans_in_progress, approver, ticket_misses } = outcomes;
  expect(requester_address).toBeGreaterThan(5_000 - 600 - 3_001);
  expect((scans_in_progress ?? 0) + (approver ?? 0)).toBeGreaterThan(3_000);
  expect(ticket_misses).toBeGreaterThan(4_000);
});

it("500 people behind one address open their codes in the same minute", async () => {
  const service = createLimitedService();
  await Promise.all(
    Array.from({ length: 500 }, (_, person) =>
      service.create({ ipAddress: office }, shop, `screen of ${person}`),
    ),
  );
});
