import { afterAll, beforeAll, describe } from "vitest";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { openTestStore } from "../../support/redis/redis_test_store.js";
import { describeTicketStore } from "../ticket_store_contract.js";

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
