import { once } from "node:events";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  CreateTicketRequest,
  CreateTicketResponse,
  QrLoginServiceService,
  WatchStatusRequest,
} from "../../../gen/qrlogin/v1/qr_login_service.js";
import { basic, callersOf } from "../../support/callers.js";
import { type Certificate, writeCertificate } from "../../support/certificate.js";
import { createManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { healthOf } from "../../support/health.js";
import {
  connectPeer,
  connectSocket,
  grpcFrame,
  type Http2Peer,
  healthPath,
  http2Preface,
} from "../../support/http2_peer.js";
import { appSecrets, startTestServer } from "../../support/server.js";
import { withTimeout } from "../../support/timeout.js";

/** A server with small limits, whose time the test moves. */
async function start(limits: object, grpc: object = {}) {
  const clock = createManualClock(Date.now());
  const settings = { grpc: { address: "127.0.0.1:0", limits, ...grpc } };
  const server = await startTestServer({ clock, settings });
  const peers = new Set<Http2Peer | Socket>();
  onTestFinished(async () => {
    for (const peer of peers) "close" in peer ? peer.close() : peer.destroy();
    const stopped = server.stop();
    await eventually(() => {
      clock.advance(1_000);
      return Promise.race([stopped, Promise.reject(new Error("still stops"))]);
    });
  });
  const added = <Peer extends Http2Peer | Socket>(peer: Peer): Peer => {
    peers.add(peer);
    return peer;
  };
  return {
    server,
    clock,
    socket: async (options?: Parameters<typeof connectSocket>[1]) =>
      added(await connectSocket(server.address, options)),
    peer: async (options?: Parameters<typeof connectPeer>[1], scheme?: "https") =>
      added(await connectPeer(server.address, options, scheme)),
  };
}

/** Opens a watch of a ticket, so that a call runs on the connection. */
async function startWatch(peer: Http2Peer) {
  const headers = { authorization: basic("shop", appSecrets.shop) };
  const creation = peer.call(QrLoginServiceService.createTicket.path, headers);
  creation.end(grpcFrame(CreateTicketRequest.encode(CreateTicketRequest.fromPartial({})).finish()));
  await creation.ended;
  const { ticketId, ticketSecret } = CreateTicketResponse.decode(creation.received().subarray(5));
  const watch = peer.call(QrLoginServiceService.watchStatus.path, headers);
  watch.end(grpcFrame(WatchStatusRequest.encode({ ticketId, ticketSecret }).finish()));
  await eventually(() => expect(watch.received().length).toBeGreaterThan(0));
  return watch;
}

/** Opens a watch of the health, which needs no credential. */
async function startHealthWatch(peer: Http2Peer) {
  const watch = peer.call(healthPath("Watch"));
  watch.end(grpcFrame());
  await eventually(() => expect(watch.received().length).toBeGreaterThan(0));
  return watch;
}

/** Makes a call on the connection that is over. */
async function checkHealth(peer: Http2Peer): Promise<void> {
  const check = peer.call(healthPath("Check"));
  check.end(grpcFrame());
  expect((await check.ended).code).toBe("OK");
}

/** Returns the numbers of the sockets that are open, once there are so many. */
async function countOpen(sockets: readonly Socket[], count: number): Promise<number[]> {
  const open = () => sockets.flatMap((socket, index) => (socket.closed ? [] : [index]));
  await eventually(() => expect(open()).toHaveLength(count));
  return open();
}

describe("a new connection", () => {
  const beginnings = [
    ["says nothing", Buffer.alloc(0)],
    ["stops in the middle of the HTTP/2 preface", http2Preface.subarray(0, 10)],
    ["sends the preface without SETTINGS", http2Preface.subarray(0, 24)],
  ] as const;

  it.each(beginnings)("is cut at the handshake time-out if it %s, and not before", async (_, bytes) => {
    const { clock, socket, peer } = await start({ handshakeTimeout: "4s" });
    const silent = await socket();
    silent.write(bytes);
    const good = await peer();
    await checkHealth(good);
    clock.advance(4_000);
    await checkHealth(good);
    expect(silent.closed).toBe(false);
    clock.advance(1_000);
    await withTimeout(once(silent, "close"), "`close` of the silent peer");
    await checkHealth(good);
  });

  it("is served after the time-out if it has only said what HTTP/2 begins with", async () => {
    const { clock, peer } = await start({ handshakeTimeout: "4s" });
    const quiet = await peer();
    await quiet.roundTrip();
    clock.advance(60_000);
    await checkHealth(quiet);
  });

  describe("with TLS", () => {
    let certificate: Certificate;
    beforeAll(() => {
      certificate = writeCertificate();
    });
    afterAll(() => certificate.remove());

    it.each([
      ["never begins", Buffer.alloc(0)],
      // A record that says that a ClientHello of 512 bytes follows.
      ["stops in the middle", Buffer.from([0x16, 3, 1, 2, 0, 1, 0])],
    ])("is cut at the handshake time-out if its handshake %s", async (_, bytes) => {
      const { certFile, keyFile, pem } = certificate;
      const { clock, socket, peer } = await start({ handshakeTimeout: "4s" }, { tls: { certFile, keyFile } });
      const silent = await socket();
      silent.write(bytes);
      const good = await peer({ ca: pem }, "https");
      await checkHealth(good);
      clock.advance(5_000);
      await withTimeout(once(silent, "close"), "`close` of the silent peer");
      await checkHealth(good);
    });

    it("takes the place of a silent peer before any TLS is done", async () => {
      const { certFile, keyFile, pem } = certificate;
      const limits = { connectionsPerAddress: 3 };
      const { socket, peer } = await start(limits, { tls: { certFile, keyFile } });
      const silent = [await socket(), await socket(), await socket()];
      await checkHealth(await peer({ ca: pem }, "https"));
      expect(await countOpen(silent, 2)).toEqual([1, 2]);
    });
  });
});

describe.each(["connectionsPerAddress", "connections"])(
  "at the limit grpc.limits.%s, a new connection",
  (limit) => {
    it("takes the place of the oldest that has completed no request", async () => {
      const { socket, peer, server } = await start({ [limit]: 3 });
      const proven = await peer();
      await checkHealth(proven);
      const silent = [await socket(), await socket()];
      await checkHealth(await peer());
      expect(await countOpen(silent, 1)).toEqual([1]);
      await checkHealth(proven);
      // And so for ever: silent peers take the places of each other.
      for (let count = 0; count < 20; count++) silent.push(await socket());
      await checkHealth(proven);
      expect(await healthOf(server.address, "")).toBe("SERVING");
    });

    it("takes the place of the one that has been idle longest, which is told by GOAWAY", async () => {
      const { peer } = await start({ [limit]: 3 });
      const [first, second, third] = [await peer(), await peer(), await peer()];
      for (const each of [second, first, third]) await checkHealth(each);
      await startWatch(third);
      const farewell = once(second.session, "goaway");
      await checkHealth(await peer());
      expect((await farewell)[0]).toBe(0);
      await eventually(() => expect(second.isClosed()).toBe(true));
      await checkHealth(first);
      await checkHealth(third);
    });

    it("is refused while calls run on all, which go on", async () => {
      const { peer, server } = await start({ [limit]: 2 });
      const peers = [await peer(), await peer()];
      const watches = await Promise.all(peers.map(startWatch));
      for (let count = 0; count < 10; count++) expect((await peer()).isClosed()).toBe(true);
      for (const each of peers) await checkHealth(each);
      peers[0]?.close();
      await eventually(async () => expect(await healthOf(server.address, "")).toBe("SERVING"));
      expect(watches[1]?.isClosed()).toBe(false);
    });

    it("takes the place of one that only does what needs no credential, as long as it likes", async () => {
      const { peer } = await start({ [limit]: 3 });
      const shop = await peer();
      const watch = await startWatch(shop);
      const health = await peer();
      await startHealthWatch(health);
      // An answer that its peer does not let come.
      const unread = await peer({ settings: { initialWindowSize: 0 } });
      const check = unread.call(healthPath("Check"));
      check.end(grpcFrame());
      await unread.roundTrip();
      for (let count = 0; count < 10; count++) await checkHealth(await peer());
      expect(health.session.closed || health.isClosed()).toBe(true);
      expect(unread.session.closed || unread.isClosed()).toBe(true);
      await checkHealth(shop);
      expect(watch.isClosed()).toBe(false);
    });

    it("takes the place of one that has only begun a request", async () => {
      const { peer } = await start({ [limit]: 2 });
      const [first, second] = [await peer(), await peer()];
      first.call(healthPath("Check"));
      second.call(healthPath("Check")).write(grpcFrame().subarray(0, 3));
      await Promise.all([first.roundTrip(), second.roundTrip()]);
      await checkHealth(await peer());
      await eventually(() => expect(first.isClosed()).toBe(true));
    });
  },
);

it("one address at its limit leaves others alone, and all of them together have theirs", async () => {
  const { peer, socket } = await start({ connectionsPerAddress: 2, connections: 3 });
  const peers = [await peer(), await peer()];
  await Promise.all(peers.map(startWatch));
  expect((await peer()).isClosed()).toBe(true);
  const others = [await socket({ localAddress: "127.0.0.2" }), await socket({ localAddress: "127.0.0.3" })];
  expect(await countOpen(others, 1)).toEqual([1]);
});

it("a place is free again when its connection is gone, however it went", async () => {
  const { peer, socket } = await start({ connectionsPerAddress: 2 });
  for (let count = 0; count < 6; count++) {
    const each = await peer();
    await startWatch(each);
    if (count % 2 === 0) each.session.close();
    each.close();
    (await socket()).destroy();
  }
  const last = await eventually(async () => {
    const each = await peer();
    expect(each.isClosed()).toBe(false);
    return each;
  });
  await startWatch(last);
});

it("a peer that keeps its end of a closed connection open is cut", async () => {
  const { clock, socket } = await start({}, { maxConnectionAge: "100ms" });
  const stubborn = await socket({ allowHalfOpen: true });
  stubborn.write(http2Preface);
  await withTimeout(once(stubborn, "end"), "`end` of the connection that has reached its age");
  expect(stubborn.closed).toBe(false);
  clock.advance(10_000);
  // It hears of it when it says something.
  await eventually(() => {
    stubborn.write("still there");
    expect(stubborn.closed).toBe(true);
  });
});

it("a stop cuts peers that have said nothing, with the others", async () => {
  const { server, clock, socket } = await start({});
  const silent = await socket();
  expect(await callersOf(server.client).app("shop").createTicket()).toMatchObject({ code: "OK" });
  const stopped = server.service.stop();
  await eventually(() => {
    clock.advance(100);
    expect(silent.closed).toBe(true);
  });
  await stopped;
});

it("the log has one line for many refusals, and none of them by itself", async () => {
  const { server, clock, socket } = await start({ connectionsPerAddress: 2 });
  const sockets = [];
  for (let count = 0; count < 22; count++) sockets.push(await socket());
  await countOpen(sockets, 2);
  const before = server.lines.length;
  clock.advance(9_999);
  expect(server.lines.filter(({ msg }) => msg === "limits were reached")).toEqual([]);
  clock.advance(1);
  expect(server.lines.length).toBe(before + 1);
  expect(server.lines.at(-1)).toMatchObject({
    level: 40,
    msg: "limits were reached",
    connectionsEvicted: 20,
  });
});
