import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions, TlsOptions } from "../../../src/store/redis/connection/connection.js";
import { type Certificate, writeCertificate } from "../../support/certificate.js";
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
