import { writeFileSync } from "node:fs";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type AppClientOptions, createAppClient } from "../../../src/client/index.js";
import { startGatewayFromConfig } from "../../../src/compose/gateway.js";
import { createCertificateSource } from "../../../src/compose/reload/certificate_source.js";
import { redisStoreOptionsOf } from "../../../src/compose/store.js";
import { openBrowser } from "../../gateway/browser.js";
import {
  blogCertificate,
  clientAuthority,
  foreignCertificate,
  shopCertificate,
} from "../../support/client_certificates.js";
import { createManualClock } from "../../support/clock.js";
import { contentWith, gateway as gatewaySection, load, temporaryFile } from "../../support/config_files.js";
import {
  authority,
  certificate,
  expiredCertificate,
  issuedCertificate,
  otherPrivateKey,
  privateKey,
} from "../../support/fixed_certificates.js";
import { mutualTlsSettings } from "../../support/mutual_tls_service.js";
import { startTestServer, type TestServer } from "../../support/server.js";
import { shakeHands } from "../../support/tls_handshake.js";

const presentedBy = async (address: string) => (await shakeHands(address)).certificate;

describe("the certificate of the service", () => {
  let server: TestServer;
  let settings: ReturnType<typeof mutualTlsSettings>;
  beforeEach(async () => {
    settings = mutualTlsSettings();
    server = await startTestServer({ settings });
  });
  afterEach(() => server.stop());

  const reload = async () => (await server.service.prepareReload(server.config))();
  function openClient(certChain: string, roots = certificate) {
    const tls: AppClientOptions["tls"] = { rootCertificates: roots, certChain, privateKey };
    const client = createAppClient({ address: server.address, appId: "shop", tls });
    onTestFinished(() => client.close());
    return client;
  }

  it("is replaced for new connections, while open ones go on", async () => {
    const open = openClient(shopCertificate);
    await open.createTicket({});
    writeFileSync(settings.grpc.tls.certFile, issuedCertificate);
    expect(await presentedBy(server.address)).toBe(certificate);
    await reload();
    expect(await presentedBy(server.address)).toBe(issuedCertificate);
    await openClient(shopCertificate, authority).createTicket({});
    // Only the old certificate is trusted here, so that a new connection would fail.
    await open.createTicket({});
  });

  it("keeps its version of TLS and its suites", async () => {
    writeFileSync(settings.grpc.tls.certFile, issuedCertificate);
    await reload();
    await expect(shakeHands(server.address, { maxVersion: "TLSv1.2" })).rejects.toThrow(/protocol version/);
  });

  it.each([
    ["belongs to another key", "keyFile", otherPrivateKey, /do not belong together/],
    ["has expired", "certFile", expiredCertificate, /^grpc\.tls\.certFile: the certificate has expired/],
    ["is no certificate", "certFile", "nothing", /do not belong together|PEM/],
  ] as const)("is kept if the new one %s", async (_mistake, name, content, message) => {
    writeFileSync(settings.grpc.tls[name], content);
    await expect(reload()).rejects.toThrow(message);
    expect(await presentedBy(server.address)).toBe(certificate);
    await openClient(shopCertificate).createTicket({});
  });

  it("and the authorities of client certificates are replaced together, for new connections", async () => {
    writeFileSync(settings.grpc.tls.clientCaFile, foreignCertificate + clientAuthority);
    await reload();
    await openClient(shopCertificate).createTicket({});
    writeFileSync(settings.grpc.tls.clientCaFile, authority);
    await reload();
    await expect(openClient(shopCertificate).createTicket({})).rejects.toMatchObject({
      reason: "APP_UNAUTHENTICATED",
    });
  });
});

it("a gateway replaces its own certificate, and the one that it presents to the service", async () => {
  const settings = mutualTlsSettings("required");
  const server = await startTestServer({ settings });
  onTestFinished(() => server.stop());
  const files = {
    certFile: temporaryFile("gateway.crt", certificate),
    keyFile: temporaryFile("gateway.key", privateKey),
  };
  const service = {
    address: server.address,
    caFile: temporaryFile("ca.crt", certificate),
    certFile: temporaryFile("client.crt", blogCertificate),
    keyFile: temporaryFile("client.key", privateKey),
  };
  const config = load(
    { gateway: { ...gatewaySection, address: "127.0.0.1:0", tls: files, service, apps: [{ id: "shop" }] } },
    {},
    "gateway",
  );
  if (!config.gateway) throw new Error("the configuration has no gateway");
  const gateway = await startGatewayFromConfig(config.gateway, pino({ level: "silent" }), {
    demo: false,
    metrics: undefined,
  });
  onTestFinished(() => gateway.stop());

  writeFileSync(files.certFile, issuedCertificate);
  // The service knows the shop by this one alone.
  writeFileSync(service.certFile, shopCertificate);
  (await gateway.prepareReload(config))();
  expect(await presentedBy(gateway.address)).toBe(issuedCertificate);
  const { create } = openBrowser(`https://${gateway.address}`, { ca: authority });
  expect((await create({})).ticketId).not.toBe("");
});

it("connections to Redis take the certificates of the last reload", async () => {
  const tls = { caFile: temporaryFile("ca.crt", certificate) };
  const { store } = load(contentWith({ store: { redis: { url: "rediss://127.0.0.1:1", tls } } }));
  const clock = createManualClock(Date.now());
  const source = createCertificateSource("store.redis.tls", tls, clock);
  const lifetimes = { authorized: 1, checkCode: 1, retention: 1 };
  const { connectionOptions } = redisStoreOptionsOf(store, { clock, lifetimes }, undefined, source);
  expect(connectionOptions.tls?.ca).toBe(certificate);
  writeFileSync(tls.caFile, authority);
  source.prepare(tls)();
  expect(connectionOptions.tls?.ca).toBe(authority);
});

describe("a source of certificates", () => {
  const pair = () => ({
    certFile: temporaryFile("tls.crt", certificate),
    keyFile: temporaryFile("tls.key", privateKey),
  });

  it("has the same object until contents change, and reports a change when it is applied", () => {
    const files = pair();
    const changes: unknown[] = [];
    const source = createCertificateSource("x", files, createManualClock(Date.now()), (texts) =>
      changes.push(texts),
    );
    const before = source.current();
    source.prepare(files)();
    expect(source.current()).toBe(before);
    writeFileSync(files.certFile, issuedCertificate);
    const commit = source.prepare(files);
    expect(source.current()).toBe(before);
    commit();
    expect(changes).toEqual([{ certFile: issuedCertificate, keyFile: privateKey }]);
    expect(source.current()).toBe(changes[0]);
  });

  it("keeps a certificate that has expired while it runs: another reload is not refused for it", () => {
    const files = { ...pair(), certFile: temporaryFile("tls.crt", expiredCertificate) };
    const source = createCertificateSource("x", files, createManualClock());
    expect(() => source.prepare(files)()).not.toThrow();
  });

  it("names the setting of a file that cannot be read", () => {
    const files = pair();
    const source = createCertificateSource("x", files, createManualClock());
    const moved = { ...files, keyFile: "/nowhere/tls.key" };
    expect(() => source.prepare(moved)).toThrow("x.keyFile: the file does not exist");
  });
});
