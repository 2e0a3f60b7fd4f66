import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { systemClock } from "../../../src/base/clock.js";
import { ratePer } from "../../../src/service/limits/rate.js";
import { createRateMeter } from "../../../src/service/limits/rate_meter.js";
import { createRateSharing } from "../../../src/service/limits/rate_sharing.js";
import { eventually } from "../../support/eventually.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { openTestStore, plainConnectionOptions } from "../../support/redis/redis_test_store.js";
import { minimalAclRules } from "../../support/redis_acl.js";

const hour = 3_600_000;

describe.skipIf(!hasRedis)(`rates in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  async function openStore(changes: Parameters<typeof openTestStore>[1] = {}) {
    const store = await openTestStore(redis, changes);
    onTestFinished(() => store.close());
    return store;
  }

  it("a moment moves from now on, by what all nodes report, and not beyond the latest one", async () => {
    const [first, second] = [await openStore(), await openStore()];
    const advance = async (store: typeof first, ms: number) =>
      Math.round((await store.rates.advance("key", ms, 3 * hour)) / hour);
    expect(await advance(first, hour)).toBe(1);
    expect(await advance(second, hour)).toBe(2);
    expect(await advance(first, 5 * hour)).toBe(3);
    expect(await advance(second, -2 * hour)).toBe(1);
    expect(await advance(second, -2 * hour)).toBe(0);
    expect(await advance(first, hour)).toBe(1);
  });

  it("a key has neither the name of the limit nor an address, and expires with its moment", async () => {
    const { rates } = await openStore({ keyPrefix: "qrlogin:expiry:" });
    await rates.advance("requester_address shop 192.0.2.7", hour, hour);
    const keys = (await redis.command("KEYS", "qrlogin:expiry:r:*")) as string[];
    expect(keys).toEqual([expect.stringMatching(/^qrlogin:expiry:r:\{[\w-]{43}\}$/)]);
    const ttl = Number(await redis.command("PTTL", keys[0] ?? ""));
    expect(ttl).toBeGreaterThan(hour - 60_000);
    expect(ttl).toBeLessThanOrEqual(hour);
  });

  it("the documented rights of the ACL user suffice", async () => {
    const [name = "", , , ...rights] = minimalAclRules;
    await redis.command("ACL", "SETUSER", name, "reset", "on", ">a-password", ...rights);
    const store = await openStore({
      connectionOptions: { ...plainConnectionOptions, username: name, password: "a-password" },
    });
    expect(await store.rates.advance("with rights", hour, hour)).toBeGreaterThan(0);
  });

  it("what one node counts, another one rejects", async () => {
    const rate = ratePer(hour, 10);
    const [first, second] = await Promise.all(
      [await openStore(), await openStore()].map(async ({ rates, clock }) => {
        const sharing = createRateSharing({
          rates,
          clock: systemClock,
          onChange: (error) => expect(error).toBeUndefined(),
        });
        onTestFinished(sharing.close);
        return createRateMeter("approver", clock, sharing);
      }),
    );
    for (let event = 0; event < 10; event++) first?.count("alice", rate);
    await eventually(() => {
      // Each event of the second node brings it the count of the first.
      second?.count("alice", rate, 0.001);
      expect(second?.waitFor("alice", rate)).toBeGreaterThan(0);
    });
  });
});
