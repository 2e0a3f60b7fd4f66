import { constants } from "node:http2";
import { describe, expect, it, onTestFinished } from "vitest";
import { asApp, authorization, callersOf, callsOf } from "../../support/callers.js";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { connectPeer, grpcFrame, type Http2Peer, healthPath } from "../../support/http2_peer.js";
import { startTestServer } from "../../support/server.js";

const { NGHTTP2_CANCEL, NGHTTP2_ENHANCE_YOUR_CALM } = constants;

/** Starts a server with small limits and a clock that the test moves, and a raw HTTP/2 peer. */
async function start(limits: object, grpc: object = {}) {
  const clock = createManualClock(Date.now());
  const settings = { grpc: { address: "127.0.0.1:0", limits, ...grpc } };
  const server = await startTestServer({ clock, settings });
  const peers = new Set<Http2Peer>();
  async function newPeer(options: Parameters<typeof connectPeer>[1] = {}): Promise<Http2Peer> {
    const peer = await connectPeer(server.address, options);
    peers.add(peer);
    return peer;
  }
  onTestFinished(async () => {
    for (const peer of peers) peer.close();
    await server.stop();
  });
  return { server, clock, newPeer, peer: await newPeer() };
}

const methodPath = (method: string) => `/qrlogin.v1.QrLoginService/${method}`;

describe("a request", () => {
  it.each([
    healthPath("Check"),
    healthPath("Watch"),
    methodPath("CreateTicket"),
    methodPath("WatchStatus"),
    methodPath("ExchangeUserInfo"),
  ])(
    "a request for %s without an end fails with DEADLINE_EXCEEDED in time, however much of it arrives slowly",
    async (path) => {
      const { clock, peer } = await start({ requestTimeout: "4s" });
      const calls = [peer.call(path), peer.call(path), peer.call(path)];
      // The bodies are empty, a part of a message, and a whole message without an end.
      calls[1]?.write(grpcFrame(Buffer.alloc(100)).subarray(0, 20));
      calls[2]?.write(grpcFrame());
      for (let second = 0; second < 4; second++) {
        await peer.roundTrip();
        expect(calls.map((call) => call.isClosed())).toEqual([false, false, false]);
        clock.advance(1_000);
        calls[1]?.write(Buffer.alloc(1));
      }
      await peer.roundTrip();
      clock.advance(1_000);
      for (const call of calls)
        expect(await call.ended).toEqual({ code: "DEADLINE_EXCEEDED", reset: undefined });
    },
  );

  it("a request that was rejected is over for the server even if its peer does not end it", async () => {
    const { clock, peer } = await start({ requestTimeout: "4s" });
    const call = peer.call(methodPath("CreateTicket"));
    // This message announces 4 GiB.
    call.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]));
    await peer.roundTrip();
    clock.advance(5_000);
    expect(await call.ended).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it.each([
    "/qrlogin.v1.QrLoginService/Nothing",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/",
  ])("a request for %s, which does not exist, is over at once without its end", async (path) => {
    const { peer } = await start({});
    expect(await peer.call(path).ended).toEqual({ code: "UNIMPLEMENTED", reset: undefined });
  });

  it("a request that is complete has no time limit", async () => {
    const { clock, peer } = await start({ requestTimeout: "4s" });
    const watch = peer.call(healthPath("Watch"));
    watch.end(grpcFrame());
    await eventually(() => expect(watch.received().length).toBeGreaterThan(0));
    clock.advance(3_600_000);
    await peer.roundTrip();
    expect(watch.isClosed()).toBe(false);
  });

  it("a request over the limit of incomplete requests ends the oldest one, while complete ones are served", async () => {
    const { clock, server, peer } = await start({ incompleteRequests: 3 });
    const calls = [1, 2, 3].map(() => peer.call(healthPath("Check")));
    await peer.roundTrip();
    clock.advance(2_000);
    calls.push(peer.call(healthPath("Check")), peer.call(healthPath("Check")));
    const crowdedOut = { code: "RESOURCE_EXHAUSTED", reset: undefined };
    expect(await Promise.all(calls.slice(0, 2).map((call) => call.ended))).toEqual([crowdedOut, crowdedOut]);
    await peer.roundTrip();
    expect(calls.slice(2).map((call) => call.isClosed())).toEqual([false, false, false]);
    expect(await callersOf(server.client).app("shop").createTicket()).toMatchObject({ code: "OK" });
  });

  it("a request over five times that limit ends the oldest incomplete request, however young", async () => {
    const { peer } = await start({ incompleteRequests: 3 });
    const calls = Array.from({ length: 15 }, () => peer.call(healthPath("Check")));
    await peer.roundTrip();
    expect(calls.filter((call) => call.isClosed())).toEqual([]);
    peer.call(healthPath("Check"));
    expect(await calls[0]?.ended).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await peer.roundTrip();
    expect(calls.filter((call) => call.isClosed())).toHaveLength(1);
  });

  it("a request over the limit ends only one of the old incomplete requests", async () => {
    const { clock, peer } = await start({ incompleteRequests: 1 });
    const calls = [1, 2, 3, 4].map(() => peer.call(healthPath("Check")));
    await peer.roundTrip();
    clock.advance(2_000);
    peer.call(healthPath("Check"));
    expect(await calls[0]?.ended).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await peer.roundTrip();
    expect(calls.filter((call) => call.isClosed())).toHaveLength(1);
  });

  it("a request with large metadata counts as several incomplete requests until it is complete", async () => {
    const { peer } = await start({ incompleteRequests: 3 });
    // Each counts as four of the fifteen that are allowed.
    const open = () => peer.call(healthPath("Check"), { "x-padding": "p".repeat(6_000) });
    for (let round = 0; round < 2; round++) {
      const complete = [open(), open(), open()];
      await peer.roundTrip();
      for (const call of complete) call.end(grpcFrame());
      for (const call of complete) expect((await call.ended).code).toBe("OK");
    }
    const calls = [open(), open(), open()];
    await peer.roundTrip();
    expect(calls.filter((call) => call.isClosed())).toEqual([]);
    calls.push(open());
    expect(await calls[0]?.ended).toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await peer.roundTrip();
    expect(calls.filter((call) => call.isClosed())).toHaveLength(1);
  });

  it("a request with the largest metadata is served even with the smallest limit", async () => {
    const { peer } = await start({ incompleteRequests: 1 });
    const call = peer.call(healthPath("Check"), { "x-padding": "p".repeat(19_000) });
    await peer.roundTrip();
    call.end(grpcFrame());
    expect((await call.ended).code).toBe("OK");
  });
});

it("a response that its peer does not read is dropped within twice the time-out", async () => {
  const { clock, newPeer } = await start({ requestTimeout: "4s" });
  const deaf = await newPeer({ settings: { initialWindowSize: 0 } });
  const check = deaf.call(healthPath("Check"));
  check.end(grpcFrame());
  await deaf.roundTrip();
  for (let second = 0; second < 10; second++) {
    clock.advance(1_000);
    await deaf.roundTrip();
  }
  expect(await check.ended).toEqual({ code: undefined, reset: NGHTTP2_CANCEL });
});

/**
 * Returns the status that a gRPC client derives from the end of a call: a reset with ENHANCE_YOUR_CALM is
 * RESOURCE_EXHAUSTED.
 */
function errorOf({ code, reset }: Awaited<ReturnType<Http2Peer["call"]>["ended"]>): string | undefined {
  return reset === NGHTTP2_ENHANCE_YOUR_CALM ? "RESOURCE_EXHAUSTED" : code;
}

describe("metadata", () => {
  it("metadata over the limit fails with RESOURCE_EXHAUSTED at once, and is not kept in memory", async () => {
    const { peer } = await start({ metadataBytes: 4096 });
    await peer.roundTrip();
    // HTTP/2 knows the limit, so larger metadata is not even read.
    expect(peer.session.remoteSettings.maxHeaderListSize).toBe(4096);
    for (const path of [
      healthPath("Check"),
      methodPath("CreateTicket"),
      "/qrlogin.v1.QrLoginService/Nothing",
    ]) {
      const call = peer.call(path, { "x-padding": "p".repeat(4096) });
      expect(errorOf(await call.ended)).toBe("RESOURCE_EXHAUSTED");
    }
  });

  it("metadata in many small fields counts with the 32 bytes that HTTP/2 adds to each", async () => {
    const { peer } = await start({ metadataBytes: 4096 });
    const entries = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "1"]));
    const few = peer.call(healthPath("Check"), entries(50));
    few.end(grpcFrame());
    expect((await few.ended).code).toBe("OK");
    expect(errorOf(await peer.call(healthPath("Check"), entries(110)).ended)).toBe("RESOURCE_EXHAUSTED");
  });

  it("metadata can hold the largest token by default", async () => {
    const { server } = await start({});
    const call = callsOf(server.newClient(), authorization(`Bearer ${"t".repeat(16_384)}`)).markScanned(
      undefined,
    );
    expect(await call).toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("metadata far over the limit, or with too many fields, affects no other call of the connection", async () => {
    const { newPeer } = await start({});
    const peer = await newPeer({ maxSendHeaderBlockLength: 200_000, maxHeaderListPairs: 1_000 });
    const good = peer.call(healthPath("Check"));
    const large = peer.call("/", { "x-padding": "p".repeat(60_000), "x-more": "p".repeat(60_000) });
    const many = peer.call(
      "/",
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, ""])),
    );
    expect(errorOf(await large.ended)).toBe("RESOURCE_EXHAUSTED");
    expect((await many.ended).reset).toBe(NGHTTP2_ENHANCE_YOUR_CALM);
    good.end(grpcFrame());
    expect((await good.ended).code).toBe("OK");
  });
});

it("a connection announces its limit of streams, and a client waits for a free one", async () => {
  const { server, peer } = await start({ streamsPerConnection: 2 });
  expect(peer.session.remoteSettings.maxConcurrentStreams).toBe(2);
  const client = server.newClient();
  const watch = peer.call(healthPath("Watch"));
  watch.end(grpcFrame());
  const first = peer.call(healthPath("Check"));
  const second = peer.call(healthPath("Check"));
  second.end(grpcFrame());
  await eventually(() => expect(watch.received().length).toBeGreaterThan(0));
  await peer.roundTrip();
  expect(second.isClosed()).toBe(false);
  // Other connections have separate limits.
  expect(await callsOf(client, asApp("shop")).createTicket()).toMatchObject({ code: "OK" });
  // Not a reset: Node.js 24 refuses a stream that arrives together with the reset of another one.
  first.end(grpcFrame());
  expect(await first.ended).toMatchObject({ code: "OK" });
  expect(await second.ended).toMatchObject({ code: "OK" });
});

it("the log summarizes rejected calls", async () => {
  const { server, clock, peer } = await start({
    metadataBytes: 4096,
    incompleteRequests: 1,
    requestTimeout: "4s",
  });
  const calls = Array.from({ length: 7 }, () => peer.call(healthPath("Check")));
  await calls[1]?.ended;
  clock.advance(5_000);
  await Promise.all(calls.map((call) => call.ended));
  const before = server.lines.length;
  clock.advance(10_000);
  expect(server.lines.slice(before)).toMatchObject([
    { msg: "limits reached", requestsEvicted: 2, requestsTimedOut: 5 },
  ]);
});
