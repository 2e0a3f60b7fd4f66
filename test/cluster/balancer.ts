import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { freePort } from "../support/free_port.js";

/** A layer 4 balancer in front of gateways, which asks each of them for its readiness. */
export interface Balancer {
  readonly url: string;
  /** Returns the number of gateways that are ready. */
  readyCount(): number;
}

/** Interval of the probes, in milliseconds. */
const interval = 100;

/**
 * Starts a balancer that passes new connections to the ready gateways in turn, or to all of them if none is. It stops
 * when the test ends.
 */
export async function startBalancer(addresses: readonly string[]): Promise<Balancer> {
  const ready = new Set<string>();
  const sockets = new Set<Socket>();
  let turn = 0;

  async function probe(address: string): Promise<void> {
    try {
      const { ok } = await fetch(`http://${address}/readyz`, { signal: AbortSignal.timeout(2_000) });
      if (ok) ready.add(address);
      else ready.delete(address);
    } catch {
      ready.delete(address);
    }
  }

  function pass(client: Socket, [address = "", ...others]: readonly string[]): void {
    const [host = "", port] = address.split(":");
    const gateway = connect(Number(port), host);
    sockets.add(gateway);
    gateway.once("connect", () => client.pipe(gateway).pipe(client));
    gateway.once("error", () => {
      // Nothing was sent yet, so another gateway may get the connection.
      if (gateway.connecting === false && gateway.bytesWritten > 0) return client.destroy();
      if (others.length > 0) pass(client, others);
      else client.destroy();
    });
    gateway.once("close", () => sockets.delete(gateway));
    client.once("close", () => gateway.destroy());
  }

  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => sockets.delete(client));
    const isAnyReady = ready.size > 0;
    const candidates = addresses.filter((address) => !isAnyReady || ready.has(address));
    turn = (turn + 1) % candidates.length;
    pass(client, [...candidates.slice(turn), ...candidates.slice(0, turn)]);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const timer = setInterval(() => void Promise.all(addresses.map(probe)), interval);
  onTestFinished(() => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, readyCount: () => ready.size };
}
