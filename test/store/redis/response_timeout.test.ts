import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { createResponseTimeout } from "../../../src/store/redis/connection/response_timeout.js";
import type { Topology } from "../../../src/store/redis/topology/topology.js";
import { createManualClock } from "../../support/clock.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { openTestStore } from "../../support/redis/redis_test_store.js";
import { ticketIn } from "../../support/tickets.js";

describe("a server is silent", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  function watched() {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] });
    const onSilence = vi.fn();
    return { onSilence, watch: createResponseTimeout(1_000, onSilence) };
  }

  test("when its oldest question has waited for the time-out, although newer ones were answered", async () => {
    const { onSilence, watch } = watched();
    watch.requestSent();
    for (let turn = 0; turn < 9; turn++) {
      const answered = watch.requestSent();
      await vi.advanceTimersByTimeAsync(100);
      answered();
    }
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  test("not for as long as this process was busy itself, and may not even have sent what it asked", async () => {
    const { onSilence, watch } = watched();
    const asked = performance.now();
    watch.requestSent();
    // Its timer is two and a half seconds late.
    vi.spyOn(performance, "now").mockReturnValue(asked + 3_500);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(onSilence).not.toHaveBeenCalled();
    vi.spyOn(performance, "now").mockReturnValue(asked + 4_500);
    await vi.advanceTimersByTimeAsync(200);
    expect(onSilence).toHaveBeenCalledTimes(1);
  });

  test("not while every question is answered in time, however many there are", async () => {
    const { onSilence, watch } = watched();
    for (let turn = 0; turn < 50; turn++) {
      const answered = watch.requestSent();
      await vi.advanceTimersByTimeAsync(900);
      answered();
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(onSilence).not.toHaveBeenCalled();
  });
});

describe.skipIf(!hasRedis)(`a node of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  test("that was itself busy for longer than the time-out cuts no connection", async () => {
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

  test("that cannot start leaves no connection and no timer", async () => {
    const clock = createManualClock(Date.now());
    const half: Topology = {
      kind: "cluster",
      locate: async () => ({
        primaries: [redis.address, "127.0.0.1:1"],
        primaryOf: (tag) => (Number(tag) % 2 ? redis.address : "127.0.0.1:1"),
        replicas: undefined,
      }),
    };
    await expect(openTestStore(redis, { topology: half, clock })).rejects.toThrow("ECONNREFUSED");
    const received = () => redis.command("INFO", "stats").then(String);
    const count = (stats: string) => Number(/total_connections_received:(\d+)/.exec(stats)?.[1]);
    const before = count(await received());
    await clock.advanceAsync(10_000);
    // The one that asks.
    expect(count(await received())).toBe(before + 1);
  });
});
