import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anyPortEnvironment, qrlogin } from "../support/process.js";
import {
  freePort,
  hasRedis,
  type RedisProcess,
  startRedis,
  withoutRedis,
} from "../support/redis/redis_process.js";
import { redisEnvironment } from "../support/workers_service.js";

let redis: RedisProcess;

if (hasRedis) {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());
}

describe.skipIf(!hasRedis)(`serve --workers that cannot start${withoutRedis}`, { timeout: 120_000 }, () => {
  it("prints one line if the port is in use, and exits with 1", async () => {
    const taken = `127.0.0.1:${redis.port}`;
    const variables = { ...redisEnvironment(redis.url), QRLOGIN_GRPC_ADDRESS: taken };
    expect(await qrlogin(["serve", "--workers", "2"], variables)).toMatchObject({
      code: 1,
      stderr: `qrlogin: cannot listen on ${taken}: the address is in use (EADDRINUSE)\n`,
    });
  });

  it("prints one line if the gateway's port is in use, and exits with 1 and without a worker", async () => {
    const variables = { ...redisEnvironment(redis.url), QRLOGIN_GATEWAY_ADDRESS: redis.address };
    const { code, stderr } = await qrlogin(["serve", "--workers", "2"], variables);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `qrlogin: cannot listen on ${redis.address}: the address is in use (EADDRINUSE)\n`,
    });
  });

  it("prints one line if Redis is unreachable, and exits with 1", async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    const { code, stderr } = await qrlogin(
      ["serve", "--workers", "4"],
      redisEnvironment(`redis://${nowhere}`),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^qrlogin: [^\n]+\n$/);
    expect(stderr).toContain(nowhere);
  });

  it("prints the problems of a configuration once, and starts no worker", async () => {
    const variables = {
      ...redisEnvironment(redis.url),
      QRLOGIN_GRPC_ADDRESS: "nowhere",
      QRLOGIN_WATCH_HEARTBEAT_INTERVAL: "soon",
    };
    const { code, stdout, stderr } = await qrlogin(["serve", "--workers", "4"], variables);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^grpc\.address: [^\n]+\nwatch\.heartbeatInterval: [^\n]+\n$/);
  });
});

it("serve --workers rejects the embedded store with one line, and exits with 1", async () => {
  expect(await qrlogin(["serve", "--workers", "2"], anyPortEnvironment)).toEqual({
    code: 1,
    signal: null,
    stdout: "",
    stderr: "qrlogin: --workers requires the Redis store: set store.kind to redis (QRLOGIN_STORE_KIND)\n",
  });
});
