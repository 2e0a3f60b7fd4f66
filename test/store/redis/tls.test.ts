import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  type ConnectionOptions,
  connect,
  type TlsOptions,
} from "../../../src/store/redis/connection/connection.js";
import { type Certificate, writeCertificate } from "../../support/certificate.js";
import { certificate, privateKey } from "../../support/fixed_certificates.js";
import {
  freePort,
  hasRedis,
  type RedisProcess,
  startRedis,
  withoutRedis,
} from "../../support/redis/redis_process.js";
import {
  createTicketIn,
  openTestStore,
  plainConnectionOptions,
  useTestStore,
} from "../../support/redis/redis_test_store.js";

describe.skipIf(!hasRedis)(`a Redis with TLS${withoutRedis}`, () => {
  let redis: RedisProcess;
  let certificate: Certificate;
  let port: number;
  beforeAll(async () => {
    certificate = writeCertificate();
    port = await freePort();
    const { certFile, keyFile } = certificate;
    const files = ["--tls-cert-file", certFile, "--tls-key-file", keyFile, "--tls-ca-cert-file", certFile];
    // The server requires a certificate from every client.
    redis = await startRedis({ args: ["--tls-port", `${port}`, ...files] });
  });
  afterAll(async () => {
    await redis.release();
    certificate.remove();
  });

  const at = (host: string) => ({ address: `${host}:${port}` });
  async function loginBy(changes: Partial<TlsOptions>): Promise<ConnectionOptions> {
    const { readFile } = await import("node:fs/promises");
    const key = await readFile(certificate.keyFile, "utf8");
    const usual = { ca: certificate.pem, cert: certificate.pem, key, serverName: undefined };
    return { ...plainConnectionOptions, allowsPlaintext: () => false, tls: { ...usual, ...changes } };
  }

  test.each(["127.0.0.1", "localhost"])(
    "a Redis with TLS is used under the name %s in its certificate",
    async (host) => {
      const store = await useTestStore(at(host), { connectionOptions: await loginBy({}) });
      const ticket = await createTicketIn(store);
      expect(await store.get(ticket.id)).toEqual(ticket);
      const clients = String(await redis.command("CLIENT", "LIST"));
      expect(clients).toMatch(/laddr=127\.0\.0\.1:\d+.* name=qrlogin/);
      expect(clients.match(new RegExp(`laddr=127.0.0.1:${port} `, "g"))).toHaveLength(3);
    },
  );

  test("a Redis with TLS is used under another name only with serverName", async () => {
    const connectionOptions = await loginBy({ serverName: "redis.example.com" });
    await expect(openTestStore(at("127.0.0.1"), { connectionOptions })).rejects.toThrow(
      /redis\.example\.com/,
    );
    await useTestStore(at("127.0.0.1"), { connectionOptions: await loginBy({ serverName: "localhost" }) });
  });

  test("a Redis with TLS is used under another IP address only with serverName", async () => {
    const connectionOptions = await loginBy({ serverName: "192.0.2.1" });
    await expect(openTestStore(at("localhost"), { connectionOptions })).rejects.toThrow(/192\.0\.2\.1/);
    await useTestStore(at("localhost"), { connectionOptions: await loginBy({ serverName: "127.0.0.1" }) });
  });

  test("an untrusted certificate is rejected", async () => {
    const connectionOptions = await loginBy({ ca: undefined });
    await expect(openTestStore(at("127.0.0.1"), { connectionOptions })).rejects.toThrow(
      /cannot be used: self-signed/,
    );
  });

  test("a Redis that requires a client certificate rejects a client without one", async () => {
    const connectionOptions = await loginBy({ cert: undefined, key: undefined });
    await expect(openTestStore(at("127.0.0.1"), { connectionOptions })).rejects.toThrow(
      /^Redis at .* cannot be used: /,
    );
  });

  test("TLS and plain text do not connect to each other", async () => {
    await expect(openTestStore(at("127.0.0.1"))).rejects.toThrow(/^Redis at .* cannot be used: /);
    // Neither side understands the other, so the time-out ends it.
    const byTls = openTestStore(redis, { connectionOptions: await loginBy({}), timeout: 1_000 });
    await expect(byTls).rejects.toThrow(/^Redis at .* cannot be used: /);
  });
});

test.each([
  ["localhost", "localhost"],
  // Node.js would warn of an IP address.
  ["127.0.0.1", false],
])("with the serverName %s, Redis gets the server name %s", async (serverName, sent) => {
  const server = createServer({ cert: certificate, key: privateKey });
  onTestFinished(() => void server.close());
  const connected = once(server, "secureConnection");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const tls = { ca: certificate, cert: undefined, key: undefined, serverName };
  const failure = connect(`localhost:${port}`, { ...plainConnectionOptions, tls }, 5_000).catch(String);
  const [socket] = (await connected) as [TLSSocket & { servername: string | false }];
  expect(socket.servername).toBe(sent);
  socket.destroy();
  await failure;
});
