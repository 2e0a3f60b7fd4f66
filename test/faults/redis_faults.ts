import { onTestFinished } from "vitest";
import { systemClock } from "../../src/base/clock.js";
import { createTestTicket, scannedById } from "../support/callers.js";
import { type RedisProcess, startRedis } from "../support/redis/redis_process.js";
import type { Fault } from "./fault.js";
import { startFaultyService } from "./world.js";

/** Faults that need a Redis. */
export const redisFaults: readonly Fault[] = [
  {
    section: "Redis is not reachable",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      await redis.kill();
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Redis has become a replica",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      await redis.command("REPLICAOF", "127.0.0.1", "1");
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Redis is best effort",
    async plant() {
      const redis = await startedRedis("--appendonly", "yes", "--appendfsync", "everysec");
      return [await startOn(redis)];
    },
  },
  {
    section: "Redis is full",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      await redis.command("CONFIG", "SET", "maxmemory", "1");
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Redis evicts keys",
    async plant() {
      const redis = await startedRedis("--maxmemory", "100mb");
      const service = await startOn(redis);
      await redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
      await redis.command("CLIENT", "KILL", "TYPE", "normal");
      return [service];
    },
  },
  {
    section: "Redis is slow",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      await redis.command("CLIENT", "PAUSE", 300, "WRITE");
      await createTestTicket(service.shop);
      return [service];
    },
  },
  {
    section: "Redis rejects the password",
    async plant() {
      const redis = await startedRedis();
      await redis.command("ACL", "SETUSER", "qrlogin", "on", ">first", "~*", "&*", "+@all");
      const service = await startOn(redis, { username: "qrlogin", password: "first" });
      await redis.command("ACL", "SETUSER", "qrlogin", "resetpass", ">second");
      await redis.command("CLIENT", "KILL", "USER", "qrlogin");
      return [service];
    },
  },
  {
    section: "Redis denies a right",
    async plant() {
      const redis = await startedRedis();
      await redis.command("ACL", "SETUSER", "qrlogin", "on", ">first", "~*", "&*", "+@all");
      const service = await startOn(redis, { username: "qrlogin", password: "first" });
      await redis.command("ACL", "SETUSER", "qrlogin", "-evalsha", "-eval");
      await service.shop.createTicket();
      return [service];
    },
  },
  {
    section: "Clocks differ",
    async plant() {
      const redis = await startedRedis();
      const clock = { ...systemClock, wallNow: () => systemClock.wallNow() + 5_000 };
      return [await startOn(redis, {}, clock)];
    },
  },
  {
    section: "Limits are not shared",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      await createTestTicket(service.shop);
      await redis.kill();
      return [service];
    },
  },
  {
    section: "An upgrade is half done",
    async plant() {
      const redis = await startedRedis();
      const service = await startOn(redis);
      const ticket = await createTestTicket(service.shop);
      const key = `qrlogin:t:{${ticket.ticketId}}`;
      // The version of the stored form follows the write id.
      await redis.command("SETRANGE", key, 16, "4");
      await service.alice.markScanned(scannedById(ticket));
      return [service];
    },
  },
];

async function startedRedis(...args: readonly string[]): Promise<RedisProcess> {
  const redis = await startRedis({ args });
  onTestFinished(() => redis.release());
  return redis;
}

const startOn = (redis: RedisProcess, options: object = {}, clock = systemClock) =>
  startFaultyService({ store: { kind: "redis", redis: { url: redis.url, ...options } } }, { clock });
