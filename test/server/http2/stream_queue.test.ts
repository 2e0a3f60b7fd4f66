import { EventEmitter } from "node:events";
import type { Http2Session } from "node:http2";
import { describe, expect, it } from "vitest";
import { createStreamQueue } from "../../../src/server/http2/stream_queue.js";
import { flushPromises } from "../../support/clock.js";

/**
 * Creates a queue and records the streams that have begun, by connection, and the connections that are not
 * read.
 */
function setUp() {
  const begun: string[] = [];
  const unread = new Set<unknown>();
  const runningCalls = new Map<unknown, number>();
  const arrivals = createStreamQueue({
    setReading(session, isReading) {
      if (isReading) unread.delete(session);
      else unread.add(session);
    },
    runningCallsOf: (session) => runningCalls.get(session) ?? 0,
  });
  /** @param app The app that is known to own the connection. */
  function connect(name: string, app?: string) {
    const session = new EventEmitter() as unknown as Http2Session;
    arrivals.opened(session);
    const arrive = (count: number, weight = 1) =>
      Array.from({ length: count }, () => {
        const stream = Object.assign(new EventEmitter(), { session });
        arrivals.enqueue(
          stream as never,
          weight,
          () => void begun.push(name),
          () => app,
        );
        return stream;
      });
    const setRunningCalls = (count: number) => runningCalls.set(session, count);
    return { arrive, setRunningCalls, isRead: () => !unread.has(session) };
  }
  const begunBy = (name: string) => begun.filter((one) => one === name).length;
  return { connect, begun, begunBy, ended: arrivals.ended };
}

/** Waits for a number of turns of the event loop. */
async function waitForTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await flushPromises();
}

describe("streams that arrive", () => {
  it("streams begin at once while they are few", () => {
    const { connect, begun } = setUp();
    const peer = connect("shop");
    peer.arrive(10);
    expect(begun).toHaveLength(10);
    expect(peer.isRead()).toBe(true);
  });

  it("streams begin over several turns if thousands arrive at once, and other connections go first", async () => {
    const { connect, begun, begunBy } = setUp();
    connect("flood").arrive(5_000);
    expect(begun.length).toBeLessThanOrEqual(128);
    connect("shop").arrive(1);
    await waitForTurns(1);
    expect(begunBy("shop")).toBe(1);
    expect(begunBy("flood")).toBeLessThanOrEqual(256);
    await waitForTurns(320);
    expect(begunBy("flood")).toBe(5_000);
  });

  it("many waiting streams stop the reading of their connection, and of no other", async () => {
    const { connect } = setUp();
    const flood = connect("flood");
    const shop = connect("shop");
    shop.arrive(1);
    flood.arrive(1_000);
    expect([flood.isRead(), shop.isRead()]).toEqual([false, true]);
    await waitForTurns(70);
    expect(flood.isRead()).toBe(true);
  });

  it("streams of an app with hundreds of connections delay another app by only one stream", async () => {
    const { connect, begun, begunBy } = setUp();
    const flood = Array.from({ length: 300 }, (_, index) => connect(`flood ${index}`, "flood"));
    for (const each of flood) each.arrive(5);
    begun.length = 0;
    const shop = connect("shop", "shop");
    shop.arrive(3);
    await waitForTurns(1);
    expect(begunBy("shop")).toBe(3);
    expect(begun.length).toBeLessThanOrEqual(16);
    // The app's connections take turns as well.
    await waitForTurns(15);
    expect(new Set(begun).size).toBeGreaterThan(200);
  });

  it("streams have their connections resumed in turns instead of all at once", async () => {
    const { connect } = setUp();
    const flood = Array.from({ length: 20 }, (_, index) => connect(`flood ${index}`, "flood"));
    for (const each of flood) each.arrive(300);
    const countRead = () => flood.filter((each) => each.isRead()).length;
    expect(countRead()).toBe(0);
    for (let turn = 0, before = 0; before < flood.length; turn++) {
      expect(turn).toBeLessThan(400);
      await waitForTurns(1);
      expect(countRead() - before).toBeLessThanOrEqual(1);
      before = countRead();
    }
  });

  it("streams stop the reading of all suspect connections in the same turn, and of no others", async () => {
    const { connect } = setUp();
    const flood = Array.from({ length: 10 }, (_, index) => connect(`flood ${index}`, "flood"));
    const shop = connect("shop");
    shop.arrive(1);
    for (const each of flood) each.arrive(300);
    await waitForTurns(300);
    const areRead = () => flood.filter((each) => each.isRead()).length;
    expect(areRead()).toBe(10);
    flood[0]?.arrive(300);
    expect(areRead()).toBe(0);
    expect(shop.isRead()).toBe(true);
    await waitForTurns(50);
    expect(areRead()).toBe(10);
  });

  it("streams stop the reading of new connections until their turn comes", async () => {
    const { connect } = setUp();
    const silent = Array.from({ length: 50 }, (_, index) => connect(`silent ${index}`));
    connect("flood").arrive(300);
    const areRead = () => silent.filter((each) => each.isRead()).length;
    expect(areRead()).toBe(0);
    await waitForTurns(1);
    expect(areRead()).toBeGreaterThan(0);
    expect(areRead()).toBeLessThanOrEqual(10);
    await waitForTurns(20);
    expect(areRead()).toBe(50);
  });

  it("streams no longer make their connection a suspect once it has sent little for long", async () => {
    const { connect } = setUp();
    const [once, often] = [connect("once"), connect("often")];
    once.arrive(300);
    await waitForTurns(30);
    for (let times = 0; times < 300; times++) {
      often.arrive(300);
      await waitForTurns(30);
    }
    often.arrive(300);
    expect([once.isRead(), often.isRead()]).toEqual([true, false]);
  });

  it("streams make suspect connections take turns when many streams end in one turn", async () => {
    const { connect, ended } = setUp();
    const [flood, shop] = [connect("flood", "flood"), connect("shop")];
    shop.arrive(1);
    flood.arrive(300);
    await waitForTurns(30);
    const end = (count: number) => Array.from({ length: count }, ended);
    end(99);
    expect(flood.isRead()).toBe(true);
    await waitForTurns(1);
    end(100);
    expect([flood.isRead(), shop.isRead()]).toEqual([false, true]);
    await waitForTurns(1);
    expect(flood.isRead()).toBe(true);
  });

  it("streams have each connection with many open calls resumed in a turn of its own, since all may end", async () => {
    const { connect, ended } = setUp();
    const flood = Array.from({ length: 20 }, (_, index) => connect(`flood ${index}`, "flood"));
    for (const each of flood) {
      each.arrive(300);
      each.setRunningCalls(300);
    }
    await waitForTurns(1_000);
    const countRead = () => flood.filter((each) => each.isRead()).length;
    expect(countRead()).toBe(20);
    for (let count = 0; count < 100; count++) ended();
    expect(countRead()).toBe(0);
    for (let turn = 1; turn <= 20; turn++) {
      await waitForTurns(1);
      expect(countRead()).toBe(turn);
    }
  });

  it("streams count by their weight towards the limit at which reading stops", async () => {
    const { connect } = setUp();
    // These begin at once, so that all others wait.
    connect("first").arrive(128);
    const large = connect("large");
    const small = connect("small");
    small.arrive(1);
    large.arrive(9, 10);
    expect(large.isRead()).toBe(true);
    large.arrive(1, 10);
    small.arrive(10);
    expect([large.isRead(), small.isRead()]).toEqual([false, true]);
    await waitForTurns(2);
    expect(large.isRead()).toBe(true);
    small.arrive(128);
    large.arrive(9, 10);
    expect(large.isRead()).toBe(true);
  });

  it("streams lower the limit of each connection when many connections have waiting streams", () => {
    const { connect } = setUp();
    const peers = Array.from({ length: 600 }, (_, index) => connect(`peer ${index}`));
    for (const peer of peers) peer.arrive(10);
    expect(peers.at(-1)?.isRead()).toBe(false);
  });

  it("streams never begin once they are closed, and are no longer counted", async () => {
    const { connect, begunBy } = setUp();
    const peer = connect("flood");
    const streams = peer.arrive(1_000);
    const before = begunBy("flood");
    for (const stream of streams) stream.emit("close");
    await waitForTurns(2);
    expect(begunBy("flood")).toBe(before);
    expect(peer.isRead()).toBe(true);
  });
});
