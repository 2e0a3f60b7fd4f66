import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RequesterContext, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { developmentUsers, signDevelopmentToken } from "../../src/auth/development_identities.js";
import {
  type CallResult,
  createAuthorizedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
  wrongCodeFor,
} from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import {
  healthyStatuses,
  type RedisBackedService,
  startRedisBackedService,
  unavailableStatuses,
} from "../support/redis/redis_backed_service.js";
import { commandCounts, killStoreConnections } from "../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";

/** Limits for one user who makes the calls of many. */
const patient = {
  ...{ QRLOGIN_TICKETS_MIN_POLL_INTERVAL: "0s", QRLOGIN_POLICY_LIMITS_SCANS_PER_APPROVER: "1000" },
  ...{ QRLOGIN_POLICY_LIMITS_SCANS_IN_PROGRESS: "1000", QRLOGIN_POLICY_LIMITS_DECLINES_PER_APPROVER: "1000" },
};

describe.skipIf(!hasRedis)(`two nodes over one Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  async function nodes(): Promise<readonly [RedisBackedService, RedisBackedService]> {
    return Promise.all([startRedisBackedService(redis, patient), startRedisBackedService(redis, patient)]);
  }

  test("share a login: each step runs at the other node, and the watch receives every change", async () => {
    const [one, two] = await nodes();
    const held = await createTestTicket(one.shop);
    const watch = two.watch(held);
    const states = [(await watch.next())?.state];
    responseOrThrow(await two.alice.markScanned(scannedByText(held.qrContent)));
    states.push((await watch.next())?.state);
    responseOrThrow(await one.alice.authorize(held));
    const approved = await watch.next();
    const { exchangeTicket = "" } = approved ?? {};
    const { user } = responseOrThrow(await one.shop.exchangeUserInfo({ exchangeTicket }));
    expect(user?.nickname).toBe(developmentUsers.alice.nickname);
    const last = await watch.next();
    expect([...states, approved?.state, last?.state]).toEqual([
      ...[TicketState.PENDING, TicketState.SCANNED, TicketState.AUTHORIZED, TicketState.EXCHANGED],
    ]);
    expect((await watch.ended).code).toBe("OK");
    // The state that only the watch needed is gone.
    await eventually(async () => expect(await redis.command("PUBSUB", "SHARDCHANNELS")).toEqual([]));
  });

  test("share a sign-in with a check code, and the count of wrong codes", async () => {
    const always = { QRLOGIN_POLICY_CHECK_CODE_MODE: "always" };
    const [one, two] = await Promise.all([
      startRedisBackedService(redis, always),
      startRedisBackedService(redis, always),
    ]);
    const held = await createTestTicket(one.shop);
    responseOrThrow(await two.alice.markScanned(scannedById(held)));
    const { checkCode } = responseOrThrow(await one.alice.authorize(held));
    expect(responseOrThrow(await two.alice.authorize(held)).checkCode).toBe(checkCode);
    const wrong = { ...held, checkCode: wrongCodeFor(checkCode) };
    const attempts = [await one.shop.submitCheckCode(wrong), await two.shop.submitCheckCode(wrong)];
    expect(attempts.map(({ attemptsLeft }) => attemptsLeft)).toEqual([2, 1]);
    const watch = one.watch(held);
    expect((await watch.next())?.checkCodeAttemptsLeft).toBe(1);
    responseOrThrow(await two.shop.submitCheckCode({ ...held, checkCode }));
    expect((await watch.next())?.state).toBe(TicketState.AUTHORIZED);
    watch.cancel();
    await watch.ended;
  });

  test("let exactly one of many exchanges succeed, and one of two scanners", async () => {
    const [one, two] = await nodes();
    for (let round = 0; round < 10; round++) {
      const held = await createTestTicket(one.shop);
      const scans = await Promise.all([
        ...[one.alice.markScanned(scannedById(held)), two.bob.markScanned(scannedById(held))],
        ...[two.alice.markScanned(scannedById(held)), one.bob.markScanned(scannedById(held))],
      ]);
      const alices = scans.filter(({ code }, index) => code === "OK" && index % 2 === 0).length;
      const bobs = scans.filter(({ code }, index) => code === "OK" && index % 2 === 1).length;
      expect([alices, bobs].toSorted()).toEqual([0, 2]);
      const scanner = alices > 0 ? "alice" : "bob";
      responseOrThrow(await two[scanner].authorize(held));
      const { exchangeTicket = "" } = responseOrThrow(await two.shop.getStatus(held)).status ?? {};
      const exchanges = await Promise.all(
        Array.from({ length: 12 }, (_, i) => (i % 2 ? one : two).shop.exchangeUserInfo({ exchangeTicket })),
      );
      expect(exchanges.filter(({ code }) => code === "OK")).toHaveLength(1);
    }
  });

  test("agree on one outcome, whatever is called at which node", async () => {
    const [one, two] = await nodes();
    const at = fc.constantFrom(one, two);
    type Call = (held: Awaited<ReturnType<typeof createAuthorizedTicket>>) => Promise<CallResult<unknown>>;
    const call: fc.Arbitrary<Call> = fc.oneof(
      ...[
        at.map(
          (node): Call =>
            (held) =>
              node.shop.exchangeUserInfo(held),
        ),
      ],
      ...[
        at.map(
          (node): Call =>
            (held) =>
              node.shop.withdraw(held),
        ),
      ],
      ...[
        at.map(
          (node): Call =>
            (held) =>
              node.alice.authorize(held),
        ),
      ],
      ...[
        at.map(
          (node): Call =>
            (held) =>
              node.alice.cancel(held),
        ),
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 2, maxLength: 8 }), async (calls) => {
        const held = await createAuthorizedTicket(one.shop, two.alice);
        const answers = await Promise.all(calls.map((each) => each(held)));
        const statuses = await Promise.all([one, two].map(({ shop }) => shop.getStatus(held)));
        const [first, second] = statuses.map((status) => responseOrThrow(status).status);
        expect([first?.state, first?.revision]).toEqual([second?.state, second?.revision]);
        const exchanged = answers.filter(({ response }) => Object.hasOwn(Object(response), "user")).length;
        expect(exchanged).toBe(first?.state === TicketState.EXCHANGED ? 1 : 0);
      }),
      { numRuns: 40 },
    );
  });

  test("send one Redis command for each read and each write", async () => {
    const [one] = await nodes();
    await redis.command("CONFIG", "RESETSTAT");
    const held = await Promise.all(Array.from({ length: 100 }, () => createTestTicket(one.shop)));
    await Promise.all(held.map((each) => one.shop.getStatus(each)));
    const counts = await commandCounts(redis);
    // The script of a rate runs a GET of its own.
    const rates = counts.get("eval") ?? 0;
    expect([counts.get("evalsha"), (counts.get("get") ?? 0) - rates]).toEqual([100, 100]);
  });

  test("write no secret, token, ticket id or QR text to the log, whatever way Redis fails", async () => {
    const server = await startRedisBackedService(redis, { QRLOGIN_STORE_REDIS_TIMEOUT: "1s" });
    const { shop, alice } = server;
    const held = await createAuthorizedTicket(shop, alice, { requester: requester() });
    const fresh = await createTestTicket(shop, { requester: requester() });
    const healthIs = (state: string) => eventually(async () => expect(await server.health()).toBe(state));
    const run = (...args: readonly (string | number)[]) => redis.command(...args);
    // Actions that break Redis, with those that repair it.
    const failures: readonly (readonly [() => Promise<unknown>, () => Promise<unknown>])[] = [
      [() => run("CONFIG", "SET", "maxmemory", 1), () => run("CONFIG", "SET", "maxmemory", 0)],
      [() => run("REPLICAOF", "127.0.0.1", 1), () => run("REPLICAOF", "NO", "ONE")],
      [() => run("CLIENT", "PAUSE", 60_000, "WRITE"), () => run("CLIENT", "UNPAUSE")],
      [() => killStoreConnections(redis), async () => {}],
      [
        () => run("SET", `qrlogin:t:{${fresh.ticketId}}`, `${corruptValue}["${fresh.ticketSecret}`),
        async () => {},
      ],
    ];
    for (const [fail, mend] of failures) {
      await healthIs(healthyStatuses);
      await fail();
      await Promise.all([
        alice.markScanned(scannedById(fresh)),
        shop.exchangeUserInfo({ ...held, codeVerifier: "x" }),
      ]);
      await Promise.all([shop.withdraw(fresh), shop.createTicket({ requester: requester() })]);
      await mend();
    }
    await healthIs(healthyStatuses);
    await redis.kill();
    await healthIs(unavailableStatuses);
    await shop.getStatus(held);
    const text = server.logText();
    const token = await signDevelopmentToken("alice", Date.now());
    const secrets = [
      ...[held.ticketId, held.ticketSecret, held.exchangeTicket, held.qrContent, fresh.ticketSecret],
      ...[token.split(".")[2] ?? "", "demo-secret", "place-of-somebody", "device-of-somebody"],
      ...[developmentUsers.alice.email, developmentUsers.alice.name],
    ];
    const shown = secrets.filter(
      (secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
    );
    expect(shown).toEqual([]);
    for (const expected of [
      "OOM",
      "READONLY",
      "STORE_UNAVAILABLE",
      "the store is unreachable",
      "is reachable again",
    ]) {
      expect(text).toContain(expected);
    }
  });
});

/** The beginning of a stored ticket, to be followed by unreadable bytes. */
const corruptValue = "0123456789abcdef1";

const requester = () =>
  RequesterContext.fromPartial({
    ...{ ipAddress: "203.0.113.77", userAgent: "agent-of-somebody" },
    ...{ deviceName: "device-of-somebody", location: "place-of-somebody" },
  });
