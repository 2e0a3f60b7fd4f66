import { describe, expect, test } from "vitest";
import { createQuota } from "../../../src/store/redis/quota.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { createManualClock } from "../../support/clock.js";
import { hasRedis, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { createTicketIn, useTestStore, waitUntilUnavailable } from "../../support/redis/redis_test_store.js";
import { ticketIn } from "../../support/tickets.js";

const full = { reason: "TOO_MANY_TICKETS" };

describe("the quota of a node", () => {
  test("the quota counts the tickets of each app and of all apps", () => {
    const clock = createManualClock();
    const quota = createQuota(clock, { maxTickets: 3, maxTicketsPerApp: 2 });
    const until = clock.now() + 60_000;
    quota.reserve("shop", until);
    quota.reserve("shop", until);
    expect(() => quota.reserve("shop", until)).toThrow(expect.objectContaining(full));
    quota.reserve("blog", until);
    expect(() => quota.reserve("blog", until)).toThrow(expect.objectContaining(full));
  });

  test("the quota counts a ticket until its time is over, and not longer", () => {
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

  test("the quota takes a ticket back once and never twice", () => {
    const clock = createManualClock();
    const quota = createQuota(clock, { maxTickets: 1, maxTicketsPerApp: 1 });
    const release = quota.reserve("shop", clock.now() + 5_000);
    release();
    const releaseLate = quota.reserve("shop", clock.now() + 5_000);
    // Its time is over before it is released.
    clock.advance(10_000);
    quota.reserve("shop", clock.now() + 5_000);
    releaseLate();
    expect(() => quota.reserve("shop", clock.now() + 5_000)).toThrow(expect.objectContaining(full));
  });
});

describe.skipIf(!hasRedis)(`a store in Redis with limits${withoutRedis}`, () => {
  test("a store counts the tickets that its node has created, and not failed attempts", async () => {
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
      await expect.poll(() => createTicketIn(store).then(() => "created", String)).toBe("created");
      await expect(createTicketIn(store)).rejects.toMatchObject(full);
      await createTicketIn(store, { appId: "blog" });
      await expect(createTicketIn(store, { appId: "intranet" })).rejects.toMatchObject(full);
      await expect(store.create(ticketIn("PENDING"))).rejects.toMatchObject(full);
      // The second store reconnects by itself, perhaps later than the first.
      await expect.poll(() => createTicketIn(other).then(() => "created", String)).toBe("created");
    } finally {
      await redis.release();
    }
  });
});
