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

describe.skipIf(!hasRedis)(`change notifications of a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.release());

  const channelOf = (id: string) => `qrlogin:c:{${id}}`;
  const channels = () => redis.command("PUBSUB", "SHARDCHANNELS");
  /** Resolves with the number of connections that are subscribed to the channel of a ticket. */
  async function subscribers(id: string): Promise<unknown> {
    const answer = await redis.command("PUBSUB", "SHARDNUMSUB", channelOf(id));
    return Array.isArray(answer) ? answer[1] : undefined;
  }
  const waitForSubscribers = (id: string, count: number) =>
    eventually(async () => expect(await subscribers(id)).toBe(count));

  test("one subscription serves all watchers of a ticket, and ends with the last one", async () => {
    const store = await useTestStore(redis);
    const { id } = ticketIn("PENDING");
    const unsubscribes = [];
    for (let watcher = 0; watcher < 5; watcher++) unsubscribes.push(await store.subscribe(id, () => {}));
    expect(await subscribers(id)).toBe(1);
    for (const each of unsubscribes.slice(1)) each();
    const [last] = unsubscribes;
    expect(await subscribers(id)).toBe(1);
    last?.();
    last?.();
    await waitForSubscribers(id, 0);
    await eventually(async () => expect(await channels()).toEqual([]));
  });

  test("a watcher that joins as the last one leaves is subscribed", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const onChange = vi.fn();
    let unsubscribe = await store.subscribe(ticket.id, () => {});
    for (let turn = 0; turn < 50; turn++) {
      unsubscribe();
      unsubscribe = await store.subscribe(ticket.id, onChange);
    }
    expect(await subscribers(ticket.id)).toBe(1);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(1));
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

  test("a watcher is subscribed again and notified after the connection for subscriptions broke", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    expect(await killStoreConnections(redis, "pubsub")).toBe(1);
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(1));
    expect(await subscribers(ticket.id)).toBe(1);
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(2));
  });

  test("a watcher that left while Redis was unreachable is not subscribed again, unlike the others", async () => {
    const store = await useTestStore(redis);
    const [gone, staying] = [ticketIn("PENDING"), ticketIn("PENDING")];
    const onChange = vi.fn();
    const unsubscribe = await store.subscribe(gone.id, onChange);
    await store.subscribe(staying.id, onChange);
    await redis.kill();
    await waitUntilUnavailable(store);
    unsubscribe();
    expect(onChange).not.toHaveBeenCalled();
    await redis.restart();
    await eventually(() => expect(onChange).toHaveBeenCalledTimes(1));
    expect(await channels()).toEqual([channelOf(staying.id)]);
  });

  test("5,000 watchers are subscribed again with one subscription and one notification each", async () => {
    const store = await useTestStore(redis);
    const tickets = Array.from({ length: 5_000 }, () => ticketIn("PENDING"));
    const notifications = new Map<string, number>();
    const read: Promise<unknown>[] = [];
    await Promise.all(
      tickets.map(({ id }) =>
        store.subscribe(id, () => {
          notifications.set(id, (notifications.get(id) ?? 0) + 1);
          read.push(store.get(id));
        }),
      ),
    );
    await redis.command("CONFIG", "RESETSTAT");
    await killStoreConnections(redis, "pubsub");
    await eventually(() => expect(notifications.size).toBe(tickets.length));
    await Promise.all(read);
    await waitUntilAvailable(store);
    expect(new Set(notifications.values())).toEqual(new Set([1]));
    const counts = await commandCounts(redis);
    expect(counts.get("ssubscribe")).toBe(tickets.length);
    expect(counts.get("get")).toBeLessThan(tickets.length + 10);
  });

  test("a subscriber that Redis disconnects for slowness is subscribed again", async () => {
    const store = await useTestStore(redis);
    const ticket = await createTicketIn(store);
    const onChange = vi.fn();
    await store.subscribe(ticket.id, onChange);
    await redis.command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 65536 0 0");
    await redis.command("SPUBLISH", channelOf(ticket.id), "x".repeat(1_000_000));
    await eventually(() => expect(onChange).toHaveBeenCalled());
    // Sign-ins continue meanwhile.
    expect(store.recorded.availability).toEqual([]);
    onChange.mockClear();
    expect(await store.replace(nextRevisionOf(ticket), ticket.writeId)).toBe(true);
    await eventually(() => expect(onChange).toHaveBeenCalled());
  });

  test("a watched ticket is read again every refreshInterval, and never if that is 0", async () => {
    const clock = createManualClock(Date.now());
    const refreshing = await useTestStore(redis, { clock, refreshInterval: 5_000 });
    const notRefreshing = await useTestStore(redis, { clock, refreshInterval: 0 });
    const { id } = ticketIn("PENDING");
    const callbacks = { refreshing: vi.fn(), notRefreshing: vi.fn() };
    await refreshing.subscribe(id, callbacks.refreshing);
    await notRefreshing.subscribe(id, callbacks.notRefreshing);
    await clock.advanceAsync(4_000);
    expect(callbacks.refreshing).not.toHaveBeenCalled();
    await clock.advanceAsync(2_000);
    await eventually(() => expect(callbacks.refreshing).toHaveBeenCalledTimes(1));
    await clock.advanceAsync(60_000);
    await eventually(() => expect(callbacks.refreshing.mock.calls.length).toBeGreaterThanOrEqual(11));
    expect(callbacks.refreshing.mock.calls.length).toBeLessThanOrEqual(13);
    expect(callbacks.notRefreshing).not.toHaveBeenCalled();
  });
});
