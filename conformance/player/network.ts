import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** The network between the clients and the server: a TCP proxy whose connections the player disturbs. */
export interface Network {
  /** Address for the clients, `127.0.0.1:PORT`. */
  readonly address: string;
  /** Server that connections lead to from now on. Existing connections stay. */
  setTarget(address: string): void;
  /** Resets all connections. New ones work. */
  cut(): void;
  /** Resets all connections, and new ones until `restore`. */
  refuse(): void;
  /** Holds all data in both directions until `restore`. New connections are accepted but get no answer. */
  hold(): void;
  /** Holds the data from the server until `restore`. Requests reach the server. */
  holdResponses(): void;
  /** Forwards everything again, including what was held. */
  restore(): void;
  stop(): void;
}

interface Connection {
  readonly near: Socket;
  readonly far: Socket;
}

type Mode = "forward" | "refuse" | "hold" | "hold responses";

/** Starts the proxy. */
export async function startNetwork(): Promise<Network> {
  const connections = new Set<Connection>();
  let target = "";
  let mode: Mode = "forward";

  function applyMode({ near, far }: Connection): void {
    near[mode === "hold" ? "pause" : "resume"]();
    far[mode === "hold" || mode === "hold responses" ? "pause" : "resume"]();
  }

  const server = createServer((near) => {
    // A reset connection reports an error. Only its end matters here.
    near.on("error", () => {});
    if (mode === "refuse") {
      near.resetAndDestroy();
      return;
    }
    const [host = "", port] = target.split(":");
    const far = connect(Number(port), host);
    far.on("error", () => {});
    const connection = { near, far };
    connections.add(connection);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (data) => void to.write(data));
      from.on("end", () => to.end());
      from.on("close", () => {
        connections.delete(connection);
        to.destroy();
      });
    }
    applyMode(connection);
  });

  function cut(): void {
    for (const { near, far } of connections) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  function setMode(next: Mode): void {
    mode = next;
    for (const connection of connections) applyMode(connection);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    setTarget(address) {
      target = address;
    },
    cut,
    refuse() {
      setMode("refuse");
      cut();
    },
    hold: () => setMode("hold"),
    holdResponses: () => setMode("hold responses"),
    restore: () => setMode("forward"),
    stop() {
      cut();
      server.close();
    },
  };
}
