import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Proxy in front of several servers, like a load balancer. */
export interface SwitchableProxy {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Holds new connections until the next switch. */
  hold(): void;
  /** Forwards new and held connections to `HOST:PORT`, and cuts the existing ones. */
  switchTo(address: string): void;
}

/** Starts a proxy that forwards connections to `HOST:PORT`. It is stopped at the end of the test. */
export async function startSwitchableProxy(first: string): Promise<SwitchableProxy> {
  let target: string | undefined = first;
  const waiting = new Set<Socket>();
  const joined = new Set<Socket>();
  const server = createServer((socket) => {
    // A cut connection reports an error. Only its end matters here.
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
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
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
