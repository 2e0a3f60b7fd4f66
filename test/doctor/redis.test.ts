import { describe, expect, it, onTestFinished } from "vitest";
import { redisCheck } from "../../src/doctor/checks/redis.js";
import { contentWith, load } from "../support/config_files.js";
import { freePort } from "../support/free_port.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { contextAhead, linesOf } from "./support.js";

const checkOf = (redis: object) => redisCheck(load(contentWith({ store: { redis } })));

it("Redis that does not listen is reported with the address and what to do", async () => {
  const port = await freePort();
  expect(await linesOf(checkOf({ url: `redis://:secret-word@127.0.0.1:${port}` }))).toEqual([
    `failed Redis: Redis at 127.0.0.1:${port} cannot be used: connect ECONNREFUSED 127.0.0.1:${port} | nothing listens ` +
      "at this address and port | check the address, and whether that server is running",
  ]);
});

it("the memory of one process needs no Redis", async () => {
  const [line] = await linesOf(redisCheck(load(contentWith({}))));
  expect(line).toMatch(/^ok Redis: not used/);
});

describe.skipIf(!hasRedis)(`Redis${withoutRedis}`, () => {
  async function started(...args: readonly string[]): Promise<RedisProcess> {
    const redis = await startRedis({ args });
    onTestFinished(() => redis.release());
    return redis;
  }

  it("is described with its version, durability and clock", async () => {
    const redis = await started();
    expect(await linesOf(checkOf({ url: redis.url }))).toEqual([
      expect.stringMatching(
        new RegExp(`^ok Redis: \\w+ \\S+ at ${redis.address}: version, maxmemory-policy and rights suffice$`),
      ),
      `ok Redis: durable: ${redis.address} has no persistence: after a restart its tickets are gone, never stale`,
      expect.stringMatching(/^ok Redis: its clock agrees with this machine's \(-?\d+ ms\)$/),
    ]);
  });

  it("comes with warnings about best effort and about a clock that differs", async () => {
    const redis = await started("--appendonly", "yes", "--appendfsync", "everysec");
    const [, durability, clock] = await linesOf(checkOf({ url: redis.url }), contextAhead(5_000));
    expect(durability).toContain("warning Redis: best effort: ");
    expect(durability).toContain(
      "appendfsync everysec: a crash may lose acknowledged writes | a ticket that was",
    );
    expect(clock).toMatch(
      /^warning Redis: this machine's clock differs from Redis's by (4999|500\d) ms \| tickets expire/,
    );
  });

  it("is reported if it may evict tickets", async () => {
    const redis = await started("--maxmemory-policy", "allkeys-lru");
    expect(await linesOf(checkOf({ url: redis.url }))).toEqual([
      `failed Redis: Redis at ${redis.address} may evict tickets (maxmemory-policy allkeys-lru); set maxmemory-policy ` +
        "to noeviction | set maxmemory-policy noeviction in redis.conf (at once: CONFIG SET maxmemory-policy " +
        "noeviction), and enough maxmemory",
    ]);
  });

  it("is reported if it asks for a password, or denies a right", async () => {
    const redis = await started(
      "--user",
      "limited",
      "on",
      ">a-password",
      "~*",
      "&*",
      "+@all",
      "-publish",
      "-spublish",
    );
    await redis.command("ACL", "SETUSER", "default", "resetpass", ">another-password");
    const [noPassword] = await linesOf(checkOf({ url: redis.url }));
    expect(noPassword).toContain(
      "asks for a password: set store.redis.password | check store.redis.username",
    );
    const [denied] = await linesOf(checkOf({ url: redis.url, username: "limited", password: "a-password" }));
    expect(denied).toMatch(
      /does not allow qrlogin to publish .* \(missing right: \+spublish\) \| grant it \(ACL SETUSER limited \+spublish\), and the other rights that docs\/redis\.md lists$/,
    );
    expect(denied).not.toContain("a-password");
  });

  it("is reported if TLS is configured for a port without TLS", async () => {
    const redis = await started();
    const [line] = await linesOf(checkOf({ url: redis.url.replace("redis:", "rediss:") }));
    // The first message of TLS is random. If it contains the end of a line, Redis answers with an error.
    expect(line).toMatch(
      /\| (no answer in time: a Redis without TLS waits silently|the port does not speak TLS|the connection was closed before)/,
    );
  });
});
