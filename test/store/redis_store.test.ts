import { afterAll, beforeAll, describe } from "vitest";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis.js";
import { openTestStore } from "../support/redis_store.js";
import { describeTicketStore } from "./contract.js";

describe.skipIf(!hasRedis)(`on one Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  describeTicketStore("the store in Redis", async () => {
    const [store, other] = await Promise.all([openTestStore(redis), openTestStore(redis)]);
    return { store, other, clock: store.clock, release: async () => void (await redis.command("FLUSHALL")) };
  });
});
