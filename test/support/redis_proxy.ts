import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** Connection to a server that the test can disturb. */
export interface RedisProxy {
  readonly port: number;
  /** Address, `127.0.0.1:PORT`. */
  readonly address: string;
  /** Blocks all data from now on, including the end of the connection. */
  freeze(): void;
}

/**
 * Forwards connections to `HOST:PORT`. It is stopped at the end of the test.
 *
 * @param rewrite Changes data of the server. It receives chunks, so the network may split a text.
 */
export async function startRedisProxy(target: string, rewrite = (data: Buffer) => data): Promise<RedisProxy> {
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
      // A cut connection reports an error. Only its end matters here.
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
  if (bound === null || typeof bound === "string") throw new Error("the proxy has no port");
  return {
    port: bound.port,
    address: `127.0.0.1:${bound.port}`,
    freeze() {
      frozen = true;
      for (const socket of joined) socket.pause();
    },
  };
}
