import { EventEmitter } from "node:events";
import type { Http2Session } from "node:http2";
import { describe, expect, it } from "vitest";
import { createArrivals } from "../../src/server/arrivals.js";
import { settle } from "../support/clock.js";

/** Arrivals, what was begun of them by connection, and which connections are not read. */
function stage() {
  const begun: string[] = [];
  const unread = new Set<unknown>();
  const arrivals = createArrivals((session, isReading) => {
    if (isReading) unread.delete(session);
    else unread.add(session);
  });
  function connect(name: string) {
    const session = { name } as unknown as Http2Session;
    const arrive = (count: number, weight = 1) =>
      Array.from({ length: count }, () => {
        const stream = Object.assign(new EventEmitter(), { session });
        arrivals.add(stream as never, weight, () => void begun.push(name));
        return stream;
      });
    return { arrive, isRead: () => !unread.has(session) };
  }
  const begunBy = (name: string) => begun.filter((one) => one === name).length;
  return { connect, begun, begunBy };
}

/** Waits for so many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await settle();
}

describe("streams that arrive", () => {
  it("begin at once while they are few", () => {
    const { connect, begun } = stage();
    const peer = connect("shop");
    peer.arrive(10);
    expect(begun).toHaveLength(10);
    expect(peer.isRead()).toBe(true);
  });

  it("begin in turns of the event loop where thousands arrive in one, and one of another connection goes first", async () => {
    const { connect, begun, begunBy } = stage();
    connect("flood").arrive(5_000);
    expect(begun.length).toBeLessThanOrEqual(100);
    connect("shop").arrive(1);
    await turns(1);
    expect(begunBy("shop")).toBe(1);
    expect(begunBy("flood")).toBeLessThanOrEqual(200);
    await turns(100);
    expect(begunBy("flood")).toBe(5_000);
  });

  it("have their connection read no further while many of them wait, and no other", async () => {
    const { connect } = stage();
    const flood = connect("flood");
    const shop = connect("shop");
    flood.arrive(1_000);
    shop.arrive(1);
    expect([flood.isRead(), shop.isRead()]).toEqual([false, true]);
    await turns(30);
    expect(flood.isRead()).toBe(true);
  });

  it("count by their weight for when their connection is read no further", async () => {
    const { connect } = stage();
    // What begins at once, so that all others wait.
    connect("first").arrive(64);
    const large = connect("large");
    const small = connect("small");
    large.arrive(9, 10);
    expect(large.isRead()).toBe(true);
    large.arrive(1, 10);
    small.arrive(10);
    expect([large.isRead(), small.isRead()]).toEqual([false, true]);
    await turns(2);
    expect(large.isRead()).toBe(true);
    small.arrive(64);
    large.arrive(9, 10);
    expect(large.isRead()).toBe(true);
  });

  it("leave less room for each where many connections have some that wait", () => {
    const { connect } = stage();
    const peers = Array.from({ length: 600 }, (_, index) => connect(`peer ${index}`));
    for (const peer of peers) peer.arrive(10);
    expect(peers.at(-1)?.isRead()).toBe(false);
  });

  it("never begin once they are closed, and count no more", async () => {
    const { connect, begunBy } = stage();
    const peer = connect("flood");
    const streams = peer.arrive(1_000);
    const before = begunBy("flood");
    for (const stream of streams) stream.emit("close");
    await turns(2);
    expect(begunBy("flood")).toBe(before);
    expect(peer.isRead()).toBe(true);
  });
});
