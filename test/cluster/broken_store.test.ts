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
 * Runs a schedule in which a revision repeats. An exchange has read an approved ticket with revision 3. Before
 * it writes, Redis falls back to a snapshot in which the ticket has revision 2, and the creator withdraws it:
 * that is revision 3 again, of another ticket.
 */
async function repeatRevision(decorate: (store: TicketStore) => TicketStore): Promise<Verdict> {
  const server = await startRedis({ args: ["--save", "3600 1"] });
  onTestFinished(() => server.release());
  const gate = createGate();
  const pair = await startPair(
    { url: server.url },
    { a: (store) => gate.decorate(decorate(store)), b: decorate },
  );
  const { calls, history, onA, onB } = pair;
  const ticket = requireResponse(await calls.create(onA));
  requireResponse(await calls.scan(onA, "alice", ticket));
  await saveSnapshot(server);
  requireResponse(await calls.authorize(onA, "alice", ticket));

  gate.close();
  const exchange = calls.exchange(onA, ticket);
  await gate.reached();
  const start = nanoseconds();
  await server.restart();
  await pair.waitUntilServing();
  history.add({ op: "Fault", kind: "snapshot restored", effect: "lost", start, end: nanoseconds() });
  requireResponse(await calls.withdraw(onB, ticket));
  gate.open();
  await exchange;
  return pair.verdict([ticket], "best-effort");
}

/**
 * Exchanges approved tickets while the replicas receive nothing. Then the primary dies, a replica takes its
 * place, and the tickets are exchanged again. Other logins go on meanwhile.
 */
async function failOver(replicaAcks: number): Promise<Verdict> {
  const redis = await startRedisWithSentinels(disklessLoadArgs);
  onTestFinished(() => redis.release());
  const sentinel = { name: redis.name, nodes: redis.sentinels.map(({ address }) => address) };
  const pair = await startPair({ sentinel, replicaAcks });
  const { calls, history, nodes, onA, onB } = pair;
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
  const isolated = await redis.replicas();
  await isolateReplicas(old, isolated);
  await Promise.all(approved.map((ticket) => calls.exchange(onA, ticket)));
  await old.kill();
  for (const replica of isolated) replica.resume();
  await waitForFailover(redis, old);
  await old.restart();
  await demote(redis, old);
  await pair.waitUntilServing();
  await Promise.all(approved.map((ticket) => calls.exchange(onB, ticket)));
  const finished = (await Promise.all(others)).filter((ticket) => ticket !== undefined);
  return pair.verdict([...approved, ...finished], "durable");
}

describe.skipIf(!hasRedis || !hasChecker)(`a broken store${withoutRedis}${withoutChecker}`, () => {
  test("the checker detects a store that compares revisions instead of write ids", { timeout }, async () => {
    const verdict = await repeatRevision(compareRevisions);
    expect(brokenRulesOf(verdict)).toEqual(["linearizable", "no login after the end"]);
  });

  test("the checker accepts the real store with a repeated revision", { timeout }, async () => {
    const verdict = await repeatRevision((store) => store);
    expect(verdict).toMatchObject({ violations: [], losses: { tickets: 1, writes: 1 } });
  });

  test("the checker detects a store that does not wait for its replicas", { timeout }, async () => {
    const verdict = await failOver(0);
    const twice = verdict.violations.filter(({ rule }) => rule === "one login");
    expect(twice).toHaveLength(tickets);
    expect(brokenRulesOf(verdict)).toContain("linearizable");
  });

  test("the checker accepts a store that waits for its replicas", { timeout }, async () => {
    const verdict = await failOver(2);
    expect(verdict.violations).toEqual([]);
  });
});
