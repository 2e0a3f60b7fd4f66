import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { systemClock } from "../../src/base/clock.js";
import {
  createAuthorizedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
} from "../support/callers.js";
import { createManualClock } from "../support/clock.js";
import { eventually } from "../support/eventually.js";
import { expectError, expectStoreUnavailable } from "../support/expect_error.js";
import {
  healthyStatuses,
  type RedisBackedService,
  startRedisBackedService,
  unavailableStatuses,
} from "../support/redis/redis_backed_service.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";

describe.skipIf(!hasRedis)(`a service whose Redis becomes unavailable${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeEach(async () => {
    redis = await startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  });
  afterEach(() => redis.release());

  const healthIs = (server: RedisBackedService, state: string) =>
    eventually(async () => expect(await server.health()).toBe(state));

  /** Time-out of the store in tests that wait for it. */
  const soon = { QRLOGIN_STORE_REDIS_TIMEOUT: "1s" };

  test("fails every RPC that needs it with STORE_UNAVAILABLE and a retry delay, and recovers by itself", async () => {
    const server = await startRedisBackedService(redis);
    const { shop, alice } = server;
    expect(await server.health()).toBe(healthyStatuses);
    const held = await createAuthorizedTicket(shop, alice);
    await redis.kill();
    await healthIs(server, unavailableStatuses);
    await expectStoreUnavailable(shop, alice, held);
    await redis.restart();
    await healthIs(server, healthyStatuses);
    // The earlier tickets still exist and are not exchanged.
    expect((await shop.exchangeUserInfo(held)).code).toBe("OK");
    expectError(await shop.exchangeUserInfo(held), "FAILED_PRECONDITION", "TICKET_ALREADY_EXCHANGED", {
      state: "EXCHANGED",
    });
  });

  test("fails an interrupted exchange with OUTCOME_UNKNOWN, and returns the user at most once", async () => {
    const server = await startRedisBackedService(redis, soon);
    const { shop, alice } = server;
    const held = await createAuthorizedTicket(shop, alice);
    // Redis is frozen between the read and the write.
    await redis.command("CLIENT", "PAUSE", 60_000, "WRITE");
    expectError(await shop.exchangeUserInfo(held), "UNAVAILABLE", "OUTCOME_UNKNOWN");
    await redis.command("CLIENT", "UNPAUSE");
    await healthIs(server, healthyStatuses);
    const again = await shop.exchangeUserInfo(held);
    const { state } = responseOrThrow(await shop.getStatus(held)).status ?? {};
    expect(state).toBe(TicketState.EXCHANGED);
    expect(["OK", "FAILED_PRECONDITION"]).toContain(again.code);
  });

  test("fails any other interrupted write with an error that allows a retry", async () => {
    const server = await startRedisBackedService(redis, soon);
    const held = await createTestTicket(server.shop);
    await redis.command("CLIENT", "PAUSE", 60_000, "WRITE");
    const cutOff = await server.alice.markScanned(scannedById(held));
    expectError(cutOff, "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
    await redis.command("CLIENT", "UNPAUSE");
    await healthIs(server, healthyStatuses);
    expect((await server.alice.markScanned(scannedById(held))).code).toBe("OK");
  });

  test("fails within the time-out while Redis is frozen", async () => {
    const server = await startRedisBackedService(redis, soon);
    const held = await createAuthorizedTicket(server.shop, server.alice);
    redis.pause();
    const first = await server.shop.exchangeUserInfo(held);
    expectError(first, "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
    await healthIs(server, unavailableStatuses);
    redis.resume();
    await healthIs(server, healthyStatuses);
    // It was interrupted during the read, so nothing was exchanged.
    expect((await server.shop.exchangeUserInfo(held)).code).toBe("OK");
  });

  test("keeps its watches, which repeat the last known status and then go on", async () => {
    const server = await startRedisBackedService(redis, {
      QRLOGIN_WATCH_HEARTBEAT_INTERVAL: "1s",
      QRLOGIN_TICKETS_MIN_TTL: "1s",
    });
    const { shop, alice } = server;
    const held = await createTestTicket(shop, { ttl: { seconds: 10, nanos: 0 } });
    const lasting = await createTestTicket(shop);
    const [watch, other] = [server.watch(held), server.watch(lasting)];
    const first = await watch.next();
    expect(first?.state).toBe(TicketState.PENDING);
    const end = first?.expireTime?.getTime() ?? Number.POSITIVE_INFINITY;
    expect((await other.next())?.state).toBe(TicketState.PENDING);
    await redis.kill();
    await healthIs(server, unavailableStatuses);
    const beat = async () => expect((await watch.next())?.state).toBe(TicketState.PENDING);
    while (Date.now() <= end) await beat();
    // This is after the ticket's expiry, which cannot be written meanwhile.
    await beat();
    await redis.restart();
    await eventually(async () => expect((await watch.next())?.state).toBe(TicketState.EXPIRED));
    expect((await watch.ended).code).toBe("OK");
    await alice.markScanned(scannedById(lasting));
    await eventually(async () => expect((await other.next())?.state).toBe(TicketState.SCANNED));
  });

  test("reports a clock that is five seconds off in health and in the log, without an effect on tickets", async () => {
    const clock = { ...systemClock, wallNow: () => Date.now() + 5_000 };
    const server = await startRedisBackedService(redis, {}, clock);
    expect(await server.health()).toBe("SERVING SERVING SERVING NOT_SERVING");
    expect(server.logText()).toContain("the clock of this machine differs from Redis's clock");
    const held = await createTestTicket(server.shop);
    const left =
      Number(responseOrThrow(await server.shop.getStatus(held)).status?.expireTime?.getTime()) - Date.now();
    expect(left).toBeGreaterThan(110_000);
    expect(left).toBeLessThan(121_000);
  });

  test("times heartbeats by its process's clock, not by Redis's, which may be set", async () => {
    const clock = createManualClock(Date.now());
    const server = await startRedisBackedService(redis, {}, clock);
    const watch = server.watch(await createTestTicket(server.shop));
    await watch.next();
    let beats = 0;
    void watch.next().then(() => beats++);
    // The test cannot see the moment at which the watch begins to wait.
    await eventually(async () => {
      await clock.advanceAsync(15_000);
      expect(beats).toBe(1);
      // This is less than a heartbeat would take by Redis's time.
    }, 5_000);
    watch.cancel();
    let stopped = false;
    void server.stop().then(() => {
      stopped = true;
    });
    await eventually(async () => {
      await clock.advanceAsync(1_000);
      expect(stopped).toBe(true);
    });
  });
});
