import { describe, expect, it, onTestFinished } from "vitest";
import { advanceUntil, startBareServer } from "../support/bare_server.js";
import { createManualClock } from "../support/clock.js";
import { eventually } from "../support/eventually.js";
import { healthOf } from "../support/health.js";
import { connectPeer, grpcFrame, type Http2Peer, healthPath } from "../support/http2_peer.js";

async function start(healthWatches: number) {
  const server = await startBareServer({ limits: { healthWatches } });
  const newPeer = async () => {
    const peer = await connectPeer(server.address);
    onTestFinished(() => peer.close());
    return peer;
  };
  return { server, newPeer };
}

/** Opens a watch. Resolves once it has been answered or rejected. */
async function startWatch(peer: Http2Peer, name = "") {
  const watch = peer.call(healthPath("Watch"));
  // HealthCheckRequest: `string service = 1`.
  watch.end(grpcFrame(name === "" ? undefined : Buffer.from([0x0a, name.length, ...Buffer.from(name)])));
  await eventually(() => expect(watch.received().length > 0 || watch.isClosed()).toBe(true));
  return watch;
}

const resourceExhausted = { code: "RESOURCE_EXHAUSTED", reset: undefined };

describe("health watches", () => {
  it("health watches are limited to a hundred on one connection, which can still call Check", async () => {
    const { server, newPeer } = await start(1_000);
    const peer = await newPeer();
    const watches = [];
    for (let count = 0; count < 100; count++) watches.push(await startWatch(peer));
    expect(watches.every((watch) => !watch.isClosed())).toBe(true);
    for (let count = 0; count < 20; count++)
      expect(await (await startWatch(peer)).ended).toEqual(resourceExhausted);
    const check = peer.call(healthPath("Check"));
    check.end(grpcFrame());
    expect((await check.ended).code).toBe("OK");
    expect((await startWatch(await newPeer())).isClosed()).toBe(false);
    watches[0]?.reset();
    await eventually(async () => expect((await startWatch(peer)).isClosed()).toBe(false));
    expect(await healthOf(server.address, "")).toBe("SERVING");
  });

  it("health watches over the limit replace the oldest watch of a connection that has more, or are rejected", async () => {
    const { server, newPeer } = await start(4);
    const [greedy, modest, late] = [await newPeer(), await newPeer(), await newPeer()];
    const many = [await startWatch(greedy), await startWatch(greedy), await startWatch(greedy)];
    const one = await startWatch(modest);
    const newcomer = await startWatch(late);
    expect(await many[0]?.ended).toEqual(resourceExhausted);
    expect(await (await startWatch(greedy)).ended).toEqual(resourceExhausted);
    expect(await (await startWatch(late)).ended).toEqual(resourceExhausted);
    server.grpc.setServing(false);
    // These are the first status and the change.
    for (const watch of [one, newcomer, many[1]]) {
      await eventually(() => expect(watch?.received().length).toBe(14));
    }
  });

  it("health watches are no longer counted once they end, and report SERVICE_UNKNOWN for other names", async () => {
    const { newPeer } = await start(10);
    const peer = await newPeer();
    for (let count = 0; count < 30; count++) {
      const watch = await startWatch(peer, `name-${count}`);
      // SERVICE_UNKNOWN.
      expect(watch.received().subarray(5)).toEqual(Buffer.from([8, 3]));
      watch.reset();
      await watch.ended;
      await peer.roundTrip();
    }
  });
});

it("health watches buffer few messages while the client does not read, and then send the current status", async () => {
  const { server } = await start(10);
  const peer = await connectPeer(server.address, { settings: { initialWindowSize: 0 } });
  onTestFinished(() => peer.close());
  const watch = peer.call(healthPath("Watch"));
  watch.end(grpcFrame());
  await peer.roundTrip();
  for (let change = 0; change < 201; change++) server.grpc.setServing(change % 2 === 1);
  await peer.roundTrip();
  peer.session.settings({ initialWindowSize: 65_535 });
  // NOT_SERVING, in messages of 7 bytes.
  await eventually(() => expect(watch.received().subarray(-2)).toEqual(Buffer.from([8, 2])));
  await peer.roundTrip();
  expect(watch.received().length).toBeLessThan(50 * 7);
  expect(watch.received().subarray(-2)).toEqual(Buffer.from([8, 2]));
});

it("health watches report NOT_SERVING during a stop even if setServing(true) is called", async () => {
  const clock = createManualClock(Date.now());
  const server = await startBareServer({ clock, shutdown: { delay: 5_000, drainTime: 0, gracePeriod: 0 } });
  const peer = await connectPeer(server.address);
  onTestFinished(() => peer.close());
  const watch = await startWatch(peer);
  expect(watch.received().subarray(5)).toEqual(Buffer.from([8, 1]));
  const stopped = server.grpc.stop();
  for (const isServing of [true, false, true]) server.grpc.setServing(isServing);
  expect(await healthOf(server.address, "")).toBe("NOT_SERVING");
  expect(await healthOf(server.address, "qrlogin.v1.QrLoginService")).toBe("NOT_SERVING");
  await eventually(() => expect(watch.received().subarray(12)).toEqual(Buffer.from([8, 2])));
  await advanceUntil(stopped, clock);
});
