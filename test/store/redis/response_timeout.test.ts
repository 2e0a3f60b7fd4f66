import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createResponseTimeout } from "../../../src/store/redis/connection/response_timeout.js";
import type { Topology } from "../../../src/store/redis/topology/topology.js";
import { createManualClock } from "../../support/clock.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { openTestStore } from "../../support/redis/redis_test_store.js";
import { ticketIn } from "../../support/tickets.js";

describe("the response time-out", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function createFixture() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] });
    const onTimeout = vi.fn();
    return { onTimeout, responseTimeout: createResponseTimeout(1_000, onTimeout) };
  }

  test("the time-out expires when the oldest request has waited for it, even if newer ones were answered", async () => {
    const { onTimeout, responseTimeout } = createFixture();
    responseTimeout.requestSent();
    for (let turn = 0; turn < 9; turn++) {
      const answered = responseTimeout.requestSent();
      await vi.advanceTimersByTimeAsync(100);
      answered();
    }
    expect(onTimeout).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(onTimeout).toHaveBeenCalledTimes(1);
  });

  test("the time-out is extended while this process is busy and may not have sent the request", async () => {
    const { onTimeout, responseTimeout } = createFixture();
    const sentAt = performance.now();
    responseTimeout.requestSent();
    // Its timer is two and a half seconds late.
    vi.spyOn(performance, "now").mockReturnValue(sentAt + 3_500);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(onTimeout).not.toHaveBeenCalled();
    vi.spyOn(performance, "now").mockReturnValue(sentAt + 4_500);
    await vi.advanceTimersByTimeAsync(200);
    expect(onTimeout).toHaveBeenCalledTimes(1);
  });

  test("the time-out does not expire while every request gets its reply in time", async () => {
    const { onTimeout, responseTimeout } = createFixture();
    for (let turn = 0; turn < 50; turn++) {
      const answered = responseTimeout.requestSent();
      await vi.advanceTimersByTimeAsync(900);
      answered();
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onTimeout).not.toHaveBeenCalled();
  });
});

describe.skipIf(!hasRedis)(`a node of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  test("a node that was busy for longer than the time-out closes no connection", async () => {
    const store = await openTestStore(redis, { timeout: 1_000 });
    onTestFinished(() => store.close());
    const ticket = ticketIn("PENDING", { expiresAt: store.clock.now() + 60_000 });
    await store.create(ticket);
    for (let turn = 0; turn < 2; turn++) {
      const reads = Array.from({ length: 20 }, () => store.get(ticket.id));
      const end = performance.now() + 2_500;
      while (performance.now() < end);
      expect((await Promise.all(reads)).every((read) => read?.id === ticket.id)).toBe(true);
    }
    expect(store.recorded.availability).toEqual([]);
  });

  test("a node that cannot start leaves no connection and no timer", async () => {
    const clock = createManualClock(Date.now());
    const halfReachable: Topology = {
      kind: "cluster",
      locate: async () => ({
        primaries: [redis.address, "127.0.0.1:1"],
        primaryOf: (tag) => (Number(tag) % 2 ? redis.address : "127.0.0.1:1"),
        replicas: undefined,
      }),
    };
    await expect(openTestStore(redis, { topology: halfReachable, clock })).rejects.toThrow("ECONNREFUSED");
    const received = () => redis.command("INFO", "stats").then(String);
    const count = (stats: string) => Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
    const before = count(await received());
    await clock.advanceAsync(10_000);
    // The connection of the query itself.
    expect(count(await received())).toBe(before + 1);
  });
});
