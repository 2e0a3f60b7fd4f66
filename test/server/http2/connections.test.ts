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

/** Starts a server with small limits and a clock that the test moves. */
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

/** Opens a watch of a ticket, so that the connection has a call in progress. */
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

/** Opens a health watch, which needs no credential. */
async function startHealthWatch(peer: Http2Peer) {
  const watch = peer.call(healthPath("Watch"));
  watch.end(grpcFrame());
  await eventually(() => expect(watch.received().length).toBeGreaterThan(0));
  return watch;
}

/** Makes a call on the connection and waits for its end. */
async function checkHealth(peer: Http2Peer): Promise<void> {
  const check = peer.call(healthPath("Check"));
  check.end(grpcFrame());
  expect((await check.ended).code).toBe("OK");
}

/** Resolves with the numbers of the open sockets once there are that many. */
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

  it.each(beginnings)(
    "a new connection is destroyed at the handshake time-out if it %s",
    async (_, bytes) => {
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
    },
  );

  it("a new connection is served after the time-out if it has sent only the HTTP/2 preface", async () => {
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
      // This record announces a ClientHello of 512 bytes.
      ["stops in the middle", Buffer.from([0x16, 3, 1, 2, 0, 1, 0])],
    ])("a new connection is destroyed in time if its TLS handshake %s", async (_, bytes) => {
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

    it("a new connection evicts a silent peer before any TLS work", async () => {
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
  "a new connection at the limit grpc.limits.%s",
  (limit) => {
    it("a new connection evicts the oldest connection without a complete request", async () => {
      const { socket, peer, server } = await start({ [limit]: 3 });
      const proven = await peer();
      await checkHealth(proven);
      const silent = [await socket(), await socket()];
      await checkHealth(await peer());
      expect(await countOpen(silent, 1)).toEqual([1]);
      await checkHealth(proven);
      // This can repeat for ever: silent peers evict each other.
      for (let count = 0; count < 20; count++) silent.push(await socket());
      await checkHealth(proven);
      expect(await healthOf(server.address, "")).toBe("SERVING");
    });

    it("a new connection evicts the connection that has been idle longest, which receives GOAWAY", async () => {
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

    it("a new connection is rejected while all others have calls in progress, which go on", async () => {
      const { peer, server } = await start({ [limit]: 2 });
      const peers = [await peer(), await peer()];
      const watches = await Promise.all(peers.map(startWatch));
      for (let count = 0; count < 10; count++) expect((await peer()).isClosed()).toBe(true);
      for (const each of peers) await checkHealth(each);
      peers[0]?.close();
      await eventually(async () => expect(await healthOf(server.address, "")).toBe("SERVING"));
      expect(watches[1]?.isClosed()).toBe(false);
    });

    it("a new connection evicts a connection whose calls need no credential, however long they last", async () => {
      const { peer } = await start({ [limit]: 3 });
      const shop = await peer();
      const watch = await startWatch(shop);
      const health = await peer();
      await startHealthWatch(health);
      // The peer does not allow this response to be sent.
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

    it("a new connection evicts a connection that has only begun a request", async () => {
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

it("the limit of one address does not affect other addresses, and all together have a limit", async () => {
  const { peer, socket } = await start({ connectionsPerAddress: 2, connections: 3 });
  const peers = [await peer(), await peer()];
  await Promise.all(peers.map(startWatch));
  expect((await peer()).isClosed()).toBe(true);
  const others = [await socket({ localAddress: "127.0.0.2" }), await socket({ localAddress: "127.0.0.3" })];
  expect(await countOpen(others, 1)).toEqual([1]);
});

it("a connection no longer counts once it is closed, however it was closed", async () => {
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

it("a closed connection is destroyed if its peer keeps its end open", async () => {
  const { clock, socket } = await start({}, { maxConnectionAge: "100ms" });
  const stubborn = await socket({ allowHalfOpen: true });
  stubborn.write(http2Preface);
  await withTimeout(once(stubborn, "end"), "`end` of the connection that has reached its age");
  expect(stubborn.closed).toBe(false);
  clock.advance(10_000);
  // The peer notices when it sends something.
  await eventually(() => {
    stubborn.write("still there");
    expect(stubborn.closed).toBe(true);
  });
});

it("a stop destroys the connections of silent peers too", async () => {
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

it("the log has one line for many rejected connections", async () => {
  const { server, clock, socket } = await start({ connectionsPerAddress: 2 });
  const sockets = [];
  for (let count = 0; count < 22; count++) sockets.push(await socket());
  await countOpen(sockets, 2);
  const before = server.lines.length;
  clock.advance(9_999);
  expect(server.lines.filter(({ msg }) => msg === "limits reached")).toEqual([]);
  clock.advance(1);
  expect(server.lines.length).toBe(before + 1);
  expect(server.lines.at(-1)).toMatchObject({
    level: 40,
    msg: "limits reached",
    connectionsEvicted: 20,
  });
});
