import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newTicketId } from "../../../src/domain/secrets.js";
import { createRedisKeys } from "../../../src/store/redis/keys.js";
import { createTicketSearch } from "../../../src/store/redis/ticket_search.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { openTestStore } from "../../support/redis/redis_test_store.js";
import { describeTicketSearch } from "../ticket_search_contract.js";

const { signal } = new AbortController();

describe.skipIf(!hasRedis)(`a search in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.release());

  describeTicketSearch("among keys of others", async () => {
    await redis.command("FLUSHALL");
    // Keys that only look alike, and a prefix with characters that have a meaning in patterns.
    for (const key of ["other", "a[b]*:r:{x}", "ab:t:{x}", "a[b]xx:t:{x}"])
      await redis.command("SET", key, "");
    const store = await openTestStore(redis, { keyPrefix: "a[b]*:" });
    return { store, search: store.search, now: store.clock.now };
  });

  it("fails as an unavailable store does if the ACL user may not list keys", async () => {
    await redis.command("ACL", "SETUSER", "default", "-scan");
    const store = await openTestStore(redis);
    try {
      await expect(store.search.find(() => false, signal)).rejects.toThrow(StoreUnavailableError);
    } finally {
      await store.close();
      await redis.command("ACL", "SETUSER", "default", "+scan");
    }
  });
});

describe("a search in Redis", () => {
  const primary = (query: () => Promise<unknown>) => ({ query }) as never;
  const primariesOf = (all: readonly never[], hasMissing = false) =>
    ({ all: () => all, hasMissing: () => hasMissing }) as never;
  const keys = createRedisKeys("qrlogin:");

  it("gives up after two million keys, and says so", async () => {
    let replies = 0;
    const endless = primary(async () => [String(++replies), []]);
    const { find } = createTicketSearch(primariesOf([endless]), keys);
    expect(await find(() => true, signal)).toEqual({ id: undefined, isComplete: false });
    expect(replies).toBe(8_000);
  });

  it("asks every primary, and does not call a ticket unknown while one is unreachable", async () => {
    const id = newTicketId();
    const empty = primary(async () => ["0", []]);
    const holder = primary(async () => ["0", [keys.ticketKey(id)]]);
    const both = createTicketSearch(primariesOf([empty, holder], true), keys);
    expect(await both.find((one) => one === id, signal)).toEqual({ id, isComplete: true });
    await expect(both.find(() => false, signal)).rejects.toThrow(StoreUnavailableError);
  });
});
