import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Fault } from "./faults.js";

/** A proxy to Redis that can drop the replies to writes. */
export interface WriteProxy {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Holds back replies on connections that have written. Reads go on. */
  hold(): void;
  /** Breaks those connections: their replies are lost, but their commands have been executed. */
  cut(): void;
  close(): void;
}

/** Starts a proxy to this port of 127.0.0.1. */
export async function startWriteProxy(target: number): Promise<WriteProxy> {
  const all = new Set<Socket>();
  /** Server-side sockets of connections that have written. */
  const writing = new Set<Socket>();
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      all.add(socket);
      // A broken connection reports an error; only its end matters here.
      socket.on("error", () => {});
      socket.on("close", () => {
        for (const one of [near, far]) {
          one.destroy();
          all.delete(one);
          writing.delete(one);
        }
      });
    }
    near.on("data", (data: Buffer) => {
      if (data.includes("EVALSHA")) {
        writing.add(far);
        if (isHeld) far.pause();
      }
      far.write(data);
    });
    far.on("data", (data: Buffer) => void near.write(data));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the proxy has no port");
  return {
    address: `127.0.0.1:${bound.port}`,
    hold() {
      isHeld = true;
      for (const far of writing) far.pause();
    },
    cut() {
      isHeld = false;
      for (const far of [...writing]) far.destroy();
    },
    close() {
      server.close();
      for (const socket of [...all]) socket.destroy();
    },
  };
}

/** Drops the replies to writes that are made, a few times in a row: a reliable way to an unknown outcome. */
export const repliesLost = (proxy: WriteProxy): Fault => ({
  kind: "replies to writes lost",
  async happen(_random, pace) {
    for (let times = 0; times < 3; times++) {
      proxy.hold();
      await pace(1, 5);
      proxy.cut();
      await pace(1, 5);
    }
  },
});
