import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../../src/store/redis/connection/connection.js";
import { plainConnectionOptions } from "../../support/redis/redis_test_store.js";

/** Starts a peer on this machine that counts connections and closes them. */
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

test("connect does not connect to a host for which plain text is not allowed", async () => {
  const peer = await startPeer();
  const hosts: string[] = [];
  const login = {
    ...plainConnectionOptions,
    password: "secret",
    allowsPlaintext: (host: string) => hosts.push(host) === 0,
  };
  await expect(connect(peer.address, login, 5_000)).rejects.toThrow("store.redis.allowPlaintextOnNetwork");
  expect(hosts).toEqual(["127.0.0.1"]);
  expect(peer.connections()).toBe(0);
});

test("connect connects to a host for which plain text is allowed", async () => {
  const peer = await startPeer();
  await expect(connect(peer.address, plainConnectionOptions, 5_000)).rejects.not.toThrow(
    "allowPlaintextOnNetwork",
  );
  expect(peer.connections()).toBe(1);
});
