import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { systemClock } from "../../../src/base/clock.js";
import { createAppClient, createApproverClient, TicketState } from "../../../src/client/index.js";
import { createReloader } from "../../../src/compose/reload/reloader.js";
import { startService } from "../../../src/compose/service.js";
import { type ConfigSources, readConfig } from "../../../src/config/load_config.js";
import { sha256Hex } from "../../../src/domain/secrets.js";
import { redaction } from "../../../src/log/redaction.js";
import { clientAuthority, shopCertificate } from "../../support/client_certificates.js";
import { eventually } from "../../support/eventually.js";
import { authority, certificate, issuedCertificate, privateKey } from "../../support/fixed_certificates.js";
import {
  freePort,
  hasRedis,
  type RedisProcess,
  startRedis,
  withoutRedis,
} from "../../support/redis/redis_process.js";
import { minimalAclRules } from "../../support/redis_acl.js";
import { customers, customersJwks, signToken } from "../../support/tokens.js";

const [oldPassword, newPassword] = ["a-password", "another-password"];

let folder: string;
let redis: RedisProcess;
let reload: () => Promise<void>;
let signIn: () => Promise<string | undefined>;
let logText: () => string;

const path = (name: string) => join(folder, name);

/** Replaces a file at once. */
function write(name: string, text: string): void {
  writeFileSync(path(`${name}.new`), text);
  renameSync(path(`${name}.new`), path(name));
}

/** Starts a Redis with TLS, a user and client certificates, and a service that uses it. */
async function setUp(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "qrlogin-redis-rotation-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // The certificate of the tests is its own authority. Server and service both present it at first.
  for (const name of ["server.crt", "server-clients.crt", "client.crt", "ca.crt"]) write(name, certificate);
  for (const name of ["server.key", "client.key"]) write(name, privateKey);
  write("password", `${oldPassword}\n`);
  write("jwks.json", JSON.stringify(customersJwks));
  const port = await freePort();
  const files = ["--tls-cert-file", path("server.crt"), "--tls-key-file", path("server.key")];
  redis = await startRedis({
    args: ["--tls-port", String(port), ...files, "--tls-ca-cert-file", path("server-clients.crt")],
  });
  onTestFinished(redis.release);
  await redis.command("ACL", "SETUSER", ...minimalAclRules);
  write("qrlogin.yaml", configuration(port));
  await startReloadableService();
}

function configuration(port: number): string {
  const { id, issuer, audience } = customers;
  const unreached = { scansPerApprover: 10_000, scansInProgress: 10_000, ticketsPerApp: 10_000 };
  return stringify({
    ...{ grpc: { address: "127.0.0.1:0" }, metrics: { enabled: false }, reload: { interval: "0s" } },
    store: {
      kind: "redis",
      redis: {
        ...{ url: `rediss://127.0.0.1:${port}`, username: "qrlogin", passwordFile: path("password") },
        tls: { caFile: path("ca.crt"), certFile: path("client.crt"), keyFile: path("client.key") },
      },
    },
    policy: { limits: unreached },
    userPools: [{ id, issuer, audience, keys: { jwksFile: path("jwks.json") } }],
    apps: [{ id: "shop", userPool: id, secretSha256: [sha256Hex("the-secret-of-the-shop")] }],
  });
}

async function startReloadableService(): Promise<void> {
  let log = "";
  const logger = pino(
    { level: "trace", redact: redaction },
    {
      write(line) {
        log += line;
      },
    },
  );
  logText = () => log;
  const sources: ConfigSources = { file: path("qrlogin.yaml"), env: {} };
  const reading = readConfig(sources);
  if ("error" in reading) throw reading.error;
  const { config, files } = reading;
  const service = await startService(config, logger);
  const reloader = createReloader({
    ...{ process: "service", config, files, read: () => readConfig(sources), clock: systemClock },
  });
  let onResult: (result: string) => void = () => {};
  reloader.start(service, logger, (result) => onResult(result));
  const address = service.grpcAddress;
  const app = createAppClient({ address, appId: "shop", appSecret: "the-secret-of-the-shop" });
  const phone = createApproverClient({ address, token: () => signToken("alice") });
  onTestFinished(async () => {
    reloader.close();
    app.close();
    phone.close();
    await service.stop();
  });
  reload = () =>
    new Promise((resolve, reject) => {
      onResult = (result) => (result === "success" ? resolve() : reject(new Error(log.slice(-2_000))));
      reloader.request();
    });
  signIn = async () => {
    const { ticketId, ticketSecret, qrContent } = await app.createTicket({});
    await phone.markScanned({ scanned: { $case: "qrContent", value: qrContent } });
    await phone.authorize({ ticketId });
    for await (const status of app.watchStatus({ ticketId, ticketSecret })) {
      if (status.state !== TicketState.AUTHORIZED) continue;
      return (await app.exchangeUserInfo({ exchangeTicket: status.exchangeTicket })).user?.userId;
    }
    return undefined;
  };
}

/** Makes changes while users sign in all the time. Rejects if a sign-in fails. */
async function whileUsersSignIn(change: () => Promise<void>): Promise<void> {
  let isOver = false;
  let count = 0;
  const users = (async () => {
    while (!isOver || count === 0) {
      await signIn();
      count += 1;
    }
  })();
  await Promise.race([change(), users]);
  isOver = true;
  await users;
}

/** Breaks all connections of the service, and waits until users can sign in by new ones. */
async function reconnect(): Promise<void> {
  expect(Number(await redis.command("CLIENT", "KILL", "USER", "qrlogin"))).toBeGreaterThanOrEqual(3);
  await eventually(async () => expect(await signIn()).toBe("subject-of-alice"));
}

/** Lets Redis use its files again. */
async function reloadRedis(): Promise<void> {
  await redis.command(
    ...["CONFIG", "SET", "tls-cert-file", path("server.crt"), "tls-key-file", path("server.key")],
    ...["tls-ca-cert-file", path("server-clients.crt")],
  );
}

describe.skipIf(!hasRedis)(`a Redis with TLS, while users sign in${withoutRedis}`, () => {
  beforeEach(setUp);

  it("gets another password, and the old one is refused then", async () => {
    await whileUsersSignIn(async () => {
      await redis.command("ACL", "SETUSER", "qrlogin", `>${newPassword}`);
      write("password", `${newPassword}\n`);
      await reload();
      await redis.command("ACL", "SETUSER", "qrlogin", `<${oldPassword}`);
    });
    await reconnect();
    await expect(redis.command("AUTH", "qrlogin", oldPassword)).rejects.toThrow("WRONGPASS");
    expect(logText()).toContain("configuration reloaded");
    for (const password of [oldPassword, newPassword]) expect(logText()).not.toContain(password);
  });

  it("gets a certificate of another authority, and the old authority is not trusted then", async () => {
    await whileUsersSignIn(async () => {
      write("ca.crt", certificate + authority);
      await reload();
      write("server.crt", issuedCertificate);
      await reloadRedis();
    });
    await reconnect();
    await whileUsersSignIn(async () => {
      write("ca.crt", authority);
      await reload();
    });
    await reconnect();
    write("server.crt", certificate);
    await reloadRedis();
    await redis.command("CLIENT", "KILL", "USER", "qrlogin");
    await eventually(() =>
      expect(logText()).toMatch(/the store still cannot be reached|the store is unreachable/),
    );
    await expect(signIn()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
  });

  it("gets another client certificate, and the authority of the old one is not trusted then", async () => {
    await whileUsersSignIn(async () => {
      write("server-clients.crt", certificate + clientAuthority);
      await reloadRedis();
      write("client.crt", shopCertificate);
      await reload();
      write("server-clients.crt", clientAuthority);
      await reloadRedis();
    });
    await reconnect();
  });

  it("comes back without a restart once a wrong password has been mended", async () => {
    write("password", "a-wrong-password\n");
    await reload();
    await signIn();
    await redis.command("CLIENT", "KILL", "USER", "qrlogin");
    await eventually(() =>
      expect(logText()).toMatch(/the store still cannot be reached|the store is unreachable/),
    );
    await eventually(() => expect(logText()).toContain("WRONGPASS"));
    await expect(signIn()).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    write("password", `${oldPassword}\n`);
    await reload();
    await eventually(async () => expect(await signIn()).toBe("subject-of-alice"));
  });
});
