import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A way to a server that the test can make worse. */
export interface RedisProxy {
  readonly port: number;
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** From now on nothing gets through, not even that the other side has gone. */
  freeze(): void;
}

/**
 * Passes connections on to `HOST:PORT`. Stopped when the test is over.
 *
 * @param rewrite Changes what the server says. A text that is cut in two by the network is not seen whole.
 */
export async function startRedisProxy(target: string, rewrite = (said: Buffer) => said): Promise<RedisProxy> {
  const [host, port] = target.split(":");
  const joined = new Set<Socket>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      joined.add(socket);
      if (frozen) socket.pause();
      // Whoever is cut off reports an error; that it is gone is all that matters here.
      socket.on("error", () => {});
      socket.on("data", (data: Buffer) => void other.write(socket === far ? rewrite(data) : data));
      socket.on("close", () => frozen || other.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of joined) socket.destroy();
    server.close();
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the link has no port");
  return {
    port: bound.port,
    address: `127.0.0.1:${bound.port}`,
    freeze() {
      frozen = true;
      for (const socket of joined) socket.pause();
    },
  };
}
