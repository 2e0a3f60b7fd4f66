import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { Fault } from "./faults.js";

/** A way to Redis on which the answers to writes can get lost. */
export interface WriteProxy {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** From now on what Redis answers on connections that have written is kept back. Reads go on. */
  hold(): void;
  /** Cuts those connections: their answers are lost, and what they asked has been done. */
  cut(): void;
  close(): void;
}

/** Passes connections on to this port of 127.0.0.1. */
export async function startWriteProxy(target: number): Promise<WriteProxy> {
  const all = new Set<Socket>();
  /** The far ends of connections that have written. */
  const writing = new Set<Socket>();
  let isHeld = false;
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      all.add(socket);
      // Whoever is cut off reports an error; that it is gone is all that matters here.
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
  if (bound === null || typeof bound === "string") throw new Error("the link has no port");
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

/** Writes are made and their answers get lost, a few times in a row: the surest way to an unknown outcome. */
export const repliesLost = (link: WriteProxy): Fault => ({
  kind: "answers to writes lost",
  async happen(_random, pace) {
    for (let times = 0; times < 3; times++) {
      link.hold();
      await pace(1, 5);
      link.cut();
      await pace(1, 5);
    }
  },
});
