import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** An address before several servers, as a balancer has it. */
export interface SwitchableProxy {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** New connections wait until it is turned to a server. */
  hold(): void;
  /** New connections, and those that wait, go to `HOST:PORT`. The present ones are cut. */
  switchTo(address: string): void;
}

/** Starts a switch that passes connections on to `HOST:PORT`. Stopped when the test is over. */
export async function startSwitchableProxy(first: string): Promise<SwitchableProxy> {
  let target: string | undefined = first;
  const waiting = new Set<Socket>();
  const joined = new Set<Socket>();
  const server = createServer((socket) => {
    // Whoever is cut off reports an error; that it is gone is all that matters here.
    socket.on("error", () => {});
    socket.on("close", () => waiting.delete(socket));
    if (target === undefined) waiting.add(socket);
    else join(socket, target);
  });

  function join(socket: Socket, address: string): void {
    const [host, port] = address.split(":");
    const upstream = connect(Number(port), host);
    upstream.on("error", () => {});
    upstream.on("close", () => socket.destroy());
    socket.on("close", () => {
      upstream.destroy();
      joined.delete(socket);
    });
    socket.pipe(upstream).pipe(socket);
    joined.add(socket);
  }

  function cut(sockets: ReadonlySet<Socket>): void {
    for (const socket of sockets) socket.destroy();
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    cut(waiting);
    cut(joined);
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the switch has no port");
  return {
    port: address.port,
    hold() {
      target = undefined;
    },
    switchTo(next) {
      target = next;
      cut(joined);
      for (const socket of waiting) join(socket, next);
      waiting.clear();
    },
  };
}
