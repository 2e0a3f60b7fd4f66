import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** An address before several servers, as a balancer has it. */
export interface TcpSwitch {
  /** `HOST:PORT`. */
  readonly address: string;
  /** New connections go there; the present ones are cut. */
  turnTo(address: string): void;
}

/** Starts a switch that passes connections on to `HOST:PORT`, and waits a while where nobody listens yet. Stopped after the test. */
export async function startTcpSwitch(first: string): Promise<TcpSwitch> {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createServer(async (socket) => {
    keep(socket);
    const upstream = await reach(() => target, socket);
    if (!upstream) return;
    keep(upstream);
    socket.pipe(upstream).pipe(socket);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    // Whoever is cut off says so; the other side learns it by its own end.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the switch has no port");
  return {
    address: `127.0.0.1:${address.port}`,
    turnTo(next) {
      target = next;
      cut();
    },
  };
}

/** Tries until somebody listens, or the caller has left. */
async function reach(target: () => string, caller: Socket): Promise<Socket | undefined> {
  while (!caller.destroyed) {
    const [host, port] = target().split(":");
    const socket = connect(Number(port), host);
    try {
      await once(socket, "connect");
      caller.on("close", () => socket.destroy());
      socket.on("close", () => caller.destroy());
      return socket;
    } catch {
      await pause(20);
    }
  }
  return undefined;
}
