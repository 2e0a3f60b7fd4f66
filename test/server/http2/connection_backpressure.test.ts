import { readFileSync } from "node:fs";
import { connect, createSecureServer, createServer, type Http2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { createConnections } from "../../../src/server/http2/connections.js";
import { writeCertificate } from "../../support/certificate.js";
import { withTimeout } from "../../support/timeout.js";

const limits = { connections: 9, connectionsPerAddress: 9, handshakeSweeps: 9, closeSweeps: 9 };

/** Starts an HTTP/2 server with tracked connections. Records its sessions in order. */
async function start(scheme: "http" | "https") {
  const connections = createConnections(limits, { count: () => {}, close: () => {} });
  const certificate = scheme === "https" ? writeCertificate() : undefined;
  const server = certificate
    ? createSecureServer({ cert: certificate.pem, key: readFileSync(certificate.keyFile) })
    : createServer();
  certificate?.remove();
  const sessions: Http2Session[] = [];
  // This comes before the session is created, as in the service.
  server.prependListener("connection", connections.accept);
  server.on("session", (session) => {
    connections.addSession(session);
    sessions.push(session);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(() => {
    connections.destroy();
    server.close();
  });
  async function peer() {
    const session = connect(`${scheme}://127.0.0.1:${port}`, { ca: certificate?.pem });
    onTestFinished(() => session.destroy());
    const ping = promisify(session.ping.bind(session)) as unknown as () => Promise<unknown>;
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    await ping();
    return { ping };
  }
  return { connections, sessions, peer };
}

it.each(["http", "https"] as const)(
  "a paused connection (%s) receives nothing until it is read again, while another one is read",
  async (scheme) => {
    const { connections, sessions, peer } = await start(scheme);
    const [quiet, good] = [await peer(), await peer()];
    const [session] = sessions;
    if (!session) throw new Error("the server has a session of each peer");
    connections.setReading(session, false);
    let heard = 0;
    const pings = Array.from({ length: 3 }, () => quiet.ping().then(() => ++heard));
    for (let count = 0; count < 20; count++)
      await withTimeout(good.ping(), "the answer to a peer that is read");
    expect(heard).toBe(0);
    connections.setReading(session, true);
    await withTimeout(Promise.all(pings), "the answers to the peer that is read again");
  },
);
