import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/store/redis/connection/connection.js";
import { plainConnectionOptions } from "../../support/redis/redis_test_store.js";

/** A peer on this machine that counts who connects, and hangs up. */
async function startPeer() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
}

test("a host that may not be talked to by plain text is not connected to", async () => {
  const peer = await startPeer();
  const asked: string[] = [];
  const login = {
    ...plainConnectionOptions,
    password: "secret",
    allowsPlaintext: (host: string) => asked.push(host) === 0,
  };
  await expect(connect(peer.address, login, 5_000)).rejects.toThrow("store.redis.allowPlaintextOnNetwork");
  expect(asked).toEqual(["127.0.0.1"]);
  expect(peer.connections()).toBe(0);
});

test("a host that may be talked to by plain text is connected to", async () => {
  const peer = await startPeer();
  await expect(connect(peer.address, plainConnectionOptions, 5_000)).rejects.not.toThrow(
    "allowPlaintextOnNetwork",
  );
  expect(peer.connections()).toBe(1);
});
