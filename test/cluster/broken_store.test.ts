import { describe, expect, onTestFinished, test } from "vitest";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { hasRedis, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { startRedisWithSentinels } from "../support/redis/redis_sentinels.js";
import { disklessLoadArgs } from "../support/redis/replicated_redis.js";
import { hasChecker, type Verdict, withoutChecker } from "./checker.js";
import { nanoseconds } from "./history.js";
import { compareRevisions, createGate } from "./in_process_node.js";
import { brokenRulesOf, requireResponse, startPair } from "./node_pair.js";
import { createRandom } from "./random.js";
import { runLogin } from "./random_login.js";
import { demote, isolateReplicas, waitForFailover } from "./sentinel_faults.js";
import { saveSnapshot } from "./topologies.js";

const timeout = 120_000;
const tickets = 5;

/**
 * An exchange has read an approved ticket with revision 3. Before it writes, Redis falls back to a snapshot in which the ticket
 * has revision 2, and the creator withdraws it: revision 3 again, and not the same ticket.
 */
async function repeatRevision(around: (store: TicketStore) => TicketStore): Promise<Verdict> {
  const server = await startRedis({ args: ["--save", "3600 1"] });
  onTestFinished(() => server.release());
  const gate = createGate();
  const site = await startPair(
    { url: server.url },
    { a: (store) => gate.decorate(around(store)), b: around },
  );
  const { calls, history, onA, onB } = site;
  const ticket = requireResponse(await calls.create(onA));
  requireResponse(await calls.scan(onA, "alice", ticket));
  await saveSnapshot(server);
  requireResponse(await calls.authorize(onA, "alice", ticket));

  gate.close();
  const exchange = calls.exchange(onA, ticket);
  await gate.reached();
  const start = nanoseconds();
  await server.restart();
  await site.served();
  history.add({ op: "Fault", kind: "snapshot restored", effect: "lost", start, end: nanoseconds() });
  requireResponse(await calls.withdraw(onB, ticket));
  gate.open();
  await exchange;
  return site.verdict([ticket], "best-effort");
}

/**
 * Approved tickets are exchanged while the replicas hear nothing. Then the primary dies, one of them takes its place, and they are exchanged
 * again. Other logins go on meanwhile.
 */
async function failOver(replicaAcks: number): Promise<Verdict> {
  const redis = await startRedisWithSentinels(disklessLoadArgs);
  onTestFinished(() => redis.release());
  const sentinel = { name: redis.name, nodes: redis.sentinels.map(({ address }) => address) };
  const site = await startPair({ sentinel, replicaAcks });
  const { calls, history, nodes, onA, onB } = site;
  const approved = await Promise.all(
    Array.from({ length: tickets }, async () => {
      const ticket = requireResponse(await calls.create(onA));
      requireResponse(await calls.scan(onA, "alice", ticket));
      requireResponse(await calls.authorize(onA, "alice", ticket));
      return ticket;
    }),
  );
  await redis.waitUntilReady();
  const others = [1, 2, 3].map((seed) =>
    runLogin({ nodes, calls, history, logins: 3, thinking: 4 }, `login-${seed}`, createRandom(seed)),
  );

  const old = await redis.primary();
  const deaf = await redis.replicas();
  await isolateReplicas(old, deaf);
  await Promise.all(approved.map((ticket) => calls.exchange(onA, ticket)));
  await old.kill();
  for (const replica of deaf) replica.resume();
  await waitForFailover(redis, old);
  await old.restart();
  await demote(redis, old);
  await site.served();
  await Promise.all(approved.map((ticket) => calls.exchange(onB, ticket)));
  const played = (await Promise.all(others)).filter((ticket) => ticket !== undefined);
  return site.verdict([...approved, ...played], "durable");
}

describe.skipIf(!hasRedis || !hasChecker)(`a store that is broken${withoutRedis}${withoutChecker}`, () => {
  test("is found out when it compares the revision instead of the write id", { timeout }, async () => {
    const verdict = await repeatRevision(compareRevisions);
    expect(brokenRulesOf(verdict)).toEqual(["linearizable", "no login after a refusal"]);
  });

  test("is not what the real store is in the same place", { timeout }, async () => {
    const verdict = await repeatRevision((store) => store);
    expect(verdict).toMatchObject({ violations: [], losses: { tickets: 1, writes: 1 } });
  });

  test("is found out when it does not wait for its replicas", { timeout }, async () => {
    const verdict = await failOver(0);
    const twice = verdict.violations.filter(({ rule }) => rule === "one login");
    expect(twice).toHaveLength(tickets);
    expect(brokenRulesOf(verdict)).toContain("linearizable");
  });

  test("is not one that waits for them in the same place", { timeout }, async () => {
    const verdict = await failOver(2);
    expect(verdict.violations).toEqual([]);
  });
});
