import { describe, expect, test } from "vitest";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { loadConfig } from "../../src/config/load_config.js";
import {
  app,
  collectPaths,
  collectProblems,
  contentWith,
  development,
  gateway,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";

const missingFile = "/nowhere/file";
const brokenGateway = { ...gateway, service: { caFile: missingFile } };
const brokenIssuer = { issuer: "https://qr.example.com", keys: [{ file: missingFile }] };

describe("a file with a gateway alone", () => {
  test("a file with only a gateway is valid for the gateway and check-config, and invalid for the service", () => {
    expect(load({ gateway }, {}, "gateway").gateway?.apps[0]?.id).toBe("shop");
    expect(collectPaths({ gateway }, {}, "serve")).toEqual(["userPools", "apps"]);
    expect(collectPaths({ gateway }, {}, "check")).toEqual([]);
  });

  test("check-config checks all parts of a file with a gateway", () => {
    const content = { gateway: brokenGateway, tokenIssuer: brokenIssuer, grpc: { address: "0.0.0.0:1" } };
    expect(collectPaths(content, {}, "check").toSorted()).toEqual([
      "gateway.service.caFile",
      "grpc.address",
      "tokenIssuer.keys[0].file",
    ]);
  });
});

describe("a file without a gateway", () => {
  test("a file without a gateway is invalid for the gateway, which reports it in one line", () => {
    const content = contentWith({});
    expect(collectProblems(() => load(content, {}, "gateway"))).toEqual([
      { path: "gateway", message: "is missing: the gateway needs a section of this name" },
    ]);
    expect(collectPaths(content, {}, "serve")).toEqual([]);
    expect(collectPaths(content, {}, "check")).toEqual([]);
  });

  test("a missing gateway is distinguished from one that is not a map, and from an unreadable file", () => {
    expect(collectProblems(() => load({ gateway: 5 }, {}, "gateway"))).toEqual([
      { path: "gateway", message: expect.stringMatching(/^must be a map; the keys here are address, /) },
    ]);
    expect(collectProblems(() => load("- gateway", {}, "gateway"))).toHaveLength(1);
    expect(
      collectProblems(() => loadConfig({ file: missingFile, env: {}, purpose: "gateway" })).map(
        ({ path }) => path,
      ),
    ).toEqual([missingFile]);
  });

  test("check-config reports missing apps in a file with neither gateway nor apps", () => {
    expect(collectPaths({}, {}, "check")).toEqual(["userPools", "apps"]);
    expect(collectPaths({ gateway, apps: [app] }, {}, "check")).toContain("apps[0].userPool");
    expect(collectPaths({ gateway, userPools: [pool] }, {}, "check")).toEqual(["apps"]);
  });
});

test("serve and gateway skip each other's files, and check-config checks both", () => {
  const content = contentWith({ gateway: brokenGateway, tokenIssuer: brokenIssuer });
  expect(collectPaths(content, {}, "serve")).toEqual(["tokenIssuer.keys[0].file"]);
  expect(collectPaths(content, {}, "gateway")).toEqual(["gateway.service.caFile"]);
  expect(collectPaths(content, {}, "check")).toEqual(["tokenIssuer.keys[0].file", "gateway.service.caFile"]);
});

test("a gateway may be configured by the environment alone", () => {
  const env = {
    QRLOGIN_GATEWAY_APPS: JSON.stringify(gateway.apps),
    QRLOGIN_GATEWAY_HANDLE_KEYS: gateway.handleKeys[0],
    QRLOGIN_GATEWAY_LIMITS_TICKETS_PER_MINUTE: "7",
    QRLOGIN_GATEWAY_SERVICE_TLS: "true",
    QRLOGIN_GATEWAY_TRUSTED_PROXIES: '["10.0.0.0/8"]',
  };
  const config = loadConfig({ env, developmentPreset: development, purpose: "gateway" });
  expect(config.development).toBe(false);
  expect(config.gateway).toMatchObject({
    handleKeys: gateway.handleKeys,
    limits: { ticketsPerMinute: 7, streams: 10_000 },
    service: { address: "127.0.0.1:50051", tls: true },
    trustedProxies: ["10.0.0.0/8"],
  });
});

describe("development mode", () => {
  const presets = {
    ...development,
    tokenIssuer: {
      issuer: "urn:qrlogin:development:tokens",
      keys: [{ generated: true }],
      tokenTtl: 1000,
      profileInAccessToken: false,
    } as const,
    gateway,
  };
  const inDevelopment = (env: Record<string, string>, purpose: "serve" | "gateway") =>
    loadConfig({ env, developmentPreset: presets, purpose });
  const problemPaths = (env: Record<string, string>, purpose: "serve" | "gateway") =>
    collectProblems(() => inDevelopment(env, purpose)).map(({ path }) => path);

  test.each(["serve", "gateway"] as const)(
    "development mode gives %s a gateway and a token issuer",
    (purpose) => {
      const config = inDevelopment({}, purpose);
      expect(config.development).toBe(true);
      expect(config.gateway).toMatchObject({ address: "127.0.0.1:8080", ...gateway });
      expect(config.tokenIssuer).toEqual(presets.tokenIssuer);
    },
  );

  test.each(["serve", "gateway"] as const)(
    "development mode of %s is overridden by the environment",
    (purpose) => {
      const env = { QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0", QRLOGIN_GATEWAY_HEARTBEAT_INTERVAL: "1s" };
      const config = inDevelopment(env, purpose);
      expect(config.development).toBe(true);
      expect(config.gateway).toMatchObject({ address: "127.0.0.1:0", heartbeatInterval: 1000, ...gateway });
    },
  );

  test.each(["serve", "gateway"] as const)(
    "development mode of %s rejects a gateway on the network",
    (purpose) => {
      const env = {
        QRLOGIN_GATEWAY_ADDRESS: "0.0.0.0:8080",
        QRLOGIN_GATEWAY_ALLOW_PLAINTEXT_ON_NETWORK: "true",
      };
      const [problem, ...more] = collectProblems(() => inDevelopment(env, purpose));
      expect(more).toEqual([]);
      expect(problem?.path).toBe("gateway.address");
      expect(problem?.message).toContain("development mode");
    },
  );

  test.each(["serve", "gateway"] as const)(
    "development mode of %s checks the files of the gateway",
    (purpose) => {
      expect(problemPaths({ QRLOGIN_GATEWAY_SERVICE_CA_FILE: missingFile }, purpose)).toEqual([
        "gateway.service.caFile",
      ]);
    },
  );

  test.each(["serve", "gateway"] as const)(
    "development mode of %s is rejected with NODE_ENV=production",
    (purpose) => {
      expect(problemPaths({ NODE_ENV: "production" }, purpose)).toEqual(["NODE_ENV"]);
    },
  );

  test.each(["QRLOGIN_GATEWAY", "QRLOGIN_GATEWAY_APPS", "QRLOGIN_APPS", "QRLOGIN_USER_POOLS"])(
    "development mode does not start with %s, for the service or the gateway",
    (name) => {
      const text = name === "QRLOGIN_GATEWAY" ? JSON.stringify(gateway) : "[]";
      for (const purpose of ["serve", "gateway"] as const) {
        const config = collectProblems(() =>
          inDevelopment({ [name]: text, NODE_ENV: "production" }, purpose),
        );
        expect(config.map(({ path }) => path)).not.toContain("NODE_ENV");
      }
      expect(problemPaths({ [name]: text }, "serve")).toContain(
        name === "QRLOGIN_USER_POOLS" ? "apps" : "userPools",
      );
    },
  );

  test("development mode does not start for a gateway with a file", () => {
    const file = temporaryFile("qrlogin.yaml", JSON.stringify({ gateway }));
    const config = loadConfig({ file, env: {}, developmentPreset: presets, purpose: "gateway" });
    expect(config).toMatchObject({ development: false, apps: [], tokenIssuer: undefined });
  });
});

test("reflection is on in development mode unless the environment disables it, and off otherwise", () => {
  const reflects = (env: Record<string, string>) =>
    loadConfig({ env, developmentPreset: developmentPresets() }).grpc.reflection;
  expect(reflects({})).toBe(true);
  expect(reflects({ QRLOGIN_GRPC_REFLECTION: "false" })).toBe(false);
  expect(load(contentWith({})).grpc.reflection).toBe(false);
});
