import { describe, expect, test } from "vitest";
import { createQuota } from "../../../src/store/redis/quota.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { createManualClock } from "../../support/clock.js";
import { hasRedis, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { createTicketIn, useTestStore, waitUntilUnavailable } from "../../support/redis/redis_test_store.js";
import { ticketIn } from "../../support/tickets.js";

const full = { reason: "TOO_MANY_TICKETS" };

describe("the tickets that a node may make", () => {
  test("are counted for each app and in all", () => {
    const clock = createManualClock();
    const quota = createQuota(clock, { maxTickets: 3, maxTicketsPerApp: 2 });
    const until = clock.now() + 60_000;
    quota.reserve("shop", until);
    quota.reserve("shop", until);
    expect(() => quota.reserve("shop", until)).toThrow(expect.objectContaining(full));
    quota.reserve("blog", until);
    expect(() => quota.reserve("blog", until)).toThrow(expect.objectContaining(full));
  });

  test("make room when the time of those before is over, and not sooner", () => {
    const clock = createManualClock();
    const quota = createQuota(clock, { maxTickets: 2, maxTicketsPerApp: 2 });
    quota.reserve("shop", clock.now() + 5_000);
    quota.reserve("shop", clock.now() + 60_000);
    clock.advance(4_999);
    expect(() => quota.reserve("shop", clock.now() + 5_000)).toThrow(expect.objectContaining(full));
    clock.advance(1_001);
    quota.reserve("shop", clock.now() + 5_000);
    expect(() => quota.reserve("shop", clock.now() + 5_000)).toThrow(expect.objectContaining(full));
  });

  test("make room when one is taken back, once, and never twice", () => {
    const clock = createManualClock();
    const quota = createQuota(clock, { maxTickets: 1, maxTicketsPerApp: 1 });
    const giveBack = quota.reserve("shop", clock.now() + 5_000);
    giveBack();
    const late = quota.reserve("shop", clock.now() + 5_000);
    // Its time is over before it is taken back.
    clock.advance(10_000);
    quota.reserve("shop", clock.now() + 5_000);
    late();
    expect(() => quota.reserve("shop", clock.now() + 5_000)).toThrow(expect.objectContaining(full));
  });
});

describe.skipIf(!hasRedis)(`a store in Redis with caps${withoutRedis}`, () => {
  test("counts what this node has made, and not what could not be made", async () => {
    const redis = await startRedis();
    try {
      const ticketLimits = { maxTickets: 3, maxTicketsPerApp: 2 };
      const [store, other] = await Promise.all([
        useTestStore(redis, { ticketLimits }),
        useTestStore(redis, { ticketLimits }),
      ]);
      await createTicketIn(store);
      await redis.kill();
      await waitUntilUnavailable(store);
      for (let attempt = 0; attempt < 5; attempt++) {
        await expect(createTicketIn(store)).rejects.toBeInstanceOf(StoreUnavailableError);
      }
      await redis.restart();
      await expect.poll(() => createTicketIn(store).then(() => "made", String)).toBe("made");
      await expect(createTicketIn(store)).rejects.toMatchObject(full);
      await createTicketIn(store, { appId: "blog" });
      await expect(createTicketIn(store, { appId: "intranet" })).rejects.toMatchObject(full);
      await expect(store.create(ticketIn("PENDING"))).rejects.toMatchObject(full);
      // It comes back by itself, and later than the first one perhaps.
      await expect.poll(() => createTicketIn(other).then(() => "made", String)).toBe("made");
    } finally {
      await redis.release();
    }
  });
});
