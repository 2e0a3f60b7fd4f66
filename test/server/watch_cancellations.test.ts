import { once } from "node:events";
import { constants } from "node:http2";
import { credentials } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { startTcpProxy } from "../client/tcp_proxy.js";
import { asApp, callsOf, createTestTicket, watchOf } from "../support/callers.js";
import { connectPeer, healthPath } from "../support/http2_peer.js";
import { startTestServer } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
/** True if `http2.createServer` has the option `streamResetRate`. */
const hasResetRate = major > 22 || (major === 22 && minor >= 10);

async function startServer(limits: Record<string, number>) {
  const server = await startTestServer({ settings: { grpc: { address: "127.0.0.1:0", limits } } });
  onTestFinished(() => server.stop());
  return server;
}

/**
 * Opens and cancels watches, 100 at a time, on a client's only connection. Resolves with the number of cancelled
 * ones, the client's calls, and the number of connections that it has made so far.
 *
 * @param mayGoOn Called between two batches with the number of connections.
 */
async function cancelWatches(mayGoOn: (cancelled: number, connections: number) => boolean) {
  // With 1,000 streams on a connection, 3,000 resets are admitted at once, however fast the test is.
  const server = await startServer({ streamResetRate: 2_000 });
  const proxy = await startTcpProxy(Number(server.address.split(":")[1]));
  const client = new QrLoginServiceClient(proxy.address, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    proxy.stop();
  });
  const shop = callsOf(client, asApp("shop"));
  const tickets = await Promise.all(Array.from({ length: 100 }, () => createTestTicket(shop)));
  let cancelled = 0;
  while (mayGoOn(cancelled, proxy.opened())) {
    const watches = tickets.map((ticket) => watchOf(client, asApp("shop"), ticket));
    await Promise.all(watches.map((watch) => watch.next()));
    for (const watch of watches) watch.cancel();
    await Promise.all(watches.map(({ ended }) => ended));
    cancelled += watches.length;
  }
  return { cancelled, shop, ticket: tickets[0] ?? expect.fail(), connections: proxy.opened };
}

// Both cancel more than Node.js itself allows on a connection: 1,000, and 33 per second.
if (hasResetRate)
  test("a client that cancels 2,500 watches within seconds keeps its connection, on which its next call succeeds", async () => {
    const { shop, ticket, connections } = await cancelWatches((cancelled) => cancelled < 2_500);
    expect(await shop.getStatus(ticket)).toMatchObject({ code: "OK" });
    expect(connections()).toBe(1);
  });
else
  test("where Node.js has no option for it, a client that cancels over 1,000 watches within seconds loses its connection, and its next call opens another one", async () => {
    const { shop, ticket, cancelled, connections } = await cancelWatches(
      (count, opened) => count < 10_000 && opened === 1,
    );
    expect(cancelled).toBeGreaterThanOrEqual(1_000);
    expect(await shop.getStatus(ticket)).toMatchObject({ code: "OK" });
    expect(connections()).toBe(2);
  });

test("a peer that resets streams without end is disconnected with GOAWAY, and other clients are served", async () => {
  const server = await startServer({ streamsPerConnection: 100, streamResetRate: 1 });
  const peer = await connectPeer(server.address);
  const farewell = once(peer.session, "goaway");
  let resets = 0;
  while (!peer.isClosed() && resets < 10_000) {
    for (const call of Array.from({ length: 50 }, () => peer.call(healthPath("Check")))) call.reset();
    await peer.roundTrip();
    resets += 50;
  }
  const [code] = await withTimeout(farewell, "GOAWAY after too many resets");
  expect(code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
  const limit = hasResetRate ? 101 : 1_000;
  expect(resets).toBeGreaterThan(limit);
  expect(resets).toBeLessThan(5 * limit);
  expect(await callsOf(server.client, asApp("shop")).createTicket()).toMatchObject({ code: "OK" });
});
