import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { commandCounts, killStoreConnections } from "../../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  openTestStore,
  useTestStore,
  waitUntilAvailable,
  waitUntilUnavailable,
} from "../../support/redis/redis_test_store.js";
import { nextRevisionOf, ticketIn } from "../../support/tickets.js";

describe.skipIf(!hasRedis)(`hints of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.release());

  const channelOf = (id: string) => `qrlogin:c:{${id}}`;
  const channels = () => redis.command("PUBSUB", "SHARDCHANNELS");
  /** Connections that are subscribed to the channel of a ticket. */
  async function subscribers(id: string): Promise<unknown> {
    const answer = await redis.command("PUBSUB", "SHARDNUMSUB", channelOf(id));
    return Array.isArray(answer) ? answer[1] : undefined;
  }
  const subscribersAre = (id: string, count: number) =>
    eventually(async () => expect(await subscribers(id)).toBe(count));

  test("one subscription serves all watchers of a ticket, and goes with the last of them", async () => {
    const store = await useTestStore(redis);
    const { id } = ticketIn("PENDING");
    const leave = [];
    for (let watcher = 0; watcher < 5; watcher++) leave.push(await store.subscribe(id, () => {}));
    expect(await subscribers(id)).toBe(1);
    for (const each of leave.slice(1)) each();
    const [last] = leave;
    expect(await subscribers(id)).toBe(1);
    last?.();
    last?.();
    await subscribersAre(id, 0);
    await eventually(async () => expect(await channels()).toEqual([]));
  });

  test("whoever comes as the last one leaves is subscribed", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const told = vi.fn();
    let leave = await store.subscribe(ticket.id, () => {});
    for (let turn = 0; turn < 50; turn++) {
      leave();
      leave = await store.subscribe(ticket.id, told);
    }
    expect(await subscribers(ticket.id)).toBe(1);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(told).toHaveBeenCalledTimes(1));
  });

  test("a store that is closed leaves no subscription and no connection", async () => {
    const store = await openTestStore(redis);
    await store.subscribe(ticketIn("PENDING").id, () => {});
    await store.close();
    await eventually(async () => {
      expect(await channels()).toEqual([]);
      expect(await redis.command("CLIENT", "LIST")).not.toContain("name=qrlogin");
    });
  });

  test("a watcher is subscribed anew and told when the connection for subscriptions was cut", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const told = vi.fn();
    await store.subscribe(ticket.id, told);
    expect(await killStoreConnections(redis, "pubsub")).toBe(1);
    await eventually(() => expect(told).toHaveBeenCalledTimes(1));
    expect(await subscribers(ticket.id)).toBe(1);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(told).toHaveBeenCalledTimes(2));
  });

  test("a watcher that left while Redis was away is not subscribed again, and the others are", async () => {
    const store = await useTestStore(redis);
    const [gone, staying] = [ticketIn("PENDING"), ticketIn("PENDING")];
    const told = vi.fn();
    const leave = await store.subscribe(gone.id, told);
    await store.subscribe(staying.id, told);
    await redis.kill();
    await waitUntilUnavailable(store);
    leave();
    expect(told).not.toHaveBeenCalled();
    await redis.restart();
    await eventually(() => expect(told).toHaveBeenCalledTimes(1));
    expect(await channels()).toEqual([channelOf(staying.id)]);
  });

  test("5,000 watchers come back with one subscription and one hint each", async () => {
    const store = await useTestStore(redis);
    const tickets = Array.from({ length: 5_000 }, () => ticketIn("PENDING"));
    const told = new Map<string, number>();
    const read: Promise<unknown>[] = [];
    await Promise.all(
      tickets.map(({ id }) =>
        store.subscribe(id, () => {
          told.set(id, (told.get(id) ?? 0) + 1);
          read.push(store.get(id));
        }),
      ),
    );
    await redis.command("CONFIG", "RESETSTAT");
    await killStoreConnections(redis, "pubsub");
    await eventually(() => expect(told.size).toBe(tickets.length));
    await Promise.all(read);
    await waitUntilAvailable(store);
    expect(new Set(told.values())).toEqual(new Set([1]));
    const counts = await commandCounts(redis);
    expect(counts.get("ssubscribe")).toBe(tickets.length);
    expect(counts.get("get")).toBeLessThan(tickets.length + 10);
  });

  test("a subscriber that is too slow is thrown out by Redis, and hears again", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const told = vi.fn();
    await store.subscribe(ticket.id, told);
    await redis.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 65536 0 0");
    await redis.command("SPUBLISH", channelOf(ticket.id), "x".repeat(1_000_000));
    await eventually(() => expect(told).toHaveBeenCalled());
    // Sign-ins go on meanwhile.
    expect(store.recorded.availability).toEqual([]);
    told.mockClear();
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(told).toHaveBeenCalled());
  });

  test("a watched ticket is to be read again every so often, and never where that is off", async () => {
    const clock = createManualClock(Date.now());
    const rereading = await useTestStore(redis, { clock, refreshInterval: 5_000 });
    const relying = await useTestStore(redis, { clock, refreshInterval: 0 });
    const { id } = ticketIn("PENDING");
    const told = { rereading: vi.fn(), relying: vi.fn() };
    await rereading.subscribe(id, told.rereading);
    await relying.subscribe(id, told.relying);
    await clock.advanceAsync(4_000);
    expect(told.rereading).not.toHaveBeenCalled();
    await clock.advanceAsync(2_000);
    await eventually(() => expect(told.rereading).toHaveBeenCalledTimes(1));
    await clock.advanceAsync(60_000);
    await eventually(() => expect(told.rereading.mock.calls.length).toBeGreaterThanOrEqual(11));
    expect(told.rereading.mock.calls.length).toBeLessThanOrEqual(13);
    expect(told.relying).not.toHaveBeenCalled();
  });
});
