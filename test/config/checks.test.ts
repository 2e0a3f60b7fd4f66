import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { developmentIssuer, developmentKey } from "../../src/config/development_key.js";
import { loadConfig } from "../../src/config/load_config.js";
import {
  app,
  collectPaths,
  collectProblems,
  contentWith,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";

describe("plain text on the network", () => {
  test.each([
    "0.0.0.0:50051",
    "[::]:50051",
    "10.0.0.1:0",
    "grpc.example.com:443",
    "127.0.0.1.example.com:443",
  ])("plain text is rejected on %s, and the message names both remedies", (address) => {
    const [problem, ...more] = collectProblems(() => load(contentWith({ grpc: { address } })));
    expect(more).toEqual([]);
    expect(problem?.path).toBe("grpc.address");
    expect(problem?.message).toMatch(/grpc\.tls\.certFile.*grpc\.allowPlaintextOnNetwork/);
  });

  test.each(["127.0.0.1:0", "127.8.9.1:0", "[::1]:0", "localhost:0"])(
    "plain text is accepted on %s",
    (address) => {
      expect(load(contentWith({ grpc: { address } })).grpc.address).toBe(address);
    },
  );

  test("plain text on the network is accepted if it is allowed", () => {
    const grpc = { address: "0.0.0.0:50051", allowPlaintextOnNetwork: true };
    expect(load(contentWith({ grpc })).grpc).toMatchObject(grpc);
  });
});

describe("TLS files", () => {
  const certFile = () => temporaryFile("tls.crt", certificate);
  const keyFile = () => temporaryFile("tls.key", privateKey);

  test("a certificate and its key allow listening on the network", () => {
    const tls = { certFile: certFile(), keyFile: keyFile() };
    expect(load(contentWith({ grpc: { address: "0.0.0.0:50051", tls } })).grpc.tls).toMatchObject(tls);
  });

  test("a certificate without a key is rejected, and a key without a certificate", () => {
    expect(collectPaths(contentWith({ grpc: { tls: { certFile: certFile() } } }))).toEqual([
      "grpc.tls.keyFile",
    ]);
    expect(collectPaths(contentWith({ grpc: { tls: { keyFile: keyFile() } } }))).toEqual([
      "grpc.tls.certFile",
    ]);
  });

  test("missing TLS files are reported, each with its path", () => {
    const nowhere = join(certFile(), "..", "nowhere");
    const tls = { certFile: nowhere, keyFile: nowhere };
    expect(collectProblems(() => load(contentWith({ grpc: { tls } })))).toEqual([
      { path: "grpc.tls.certFile", message: "the file does not exist" },
      { path: "grpc.tls.keyFile", message: "the file does not exist" },
    ]);
  });

  test("a directory in place of a TLS file is rejected", () => {
    const tls = { certFile: join(certFile(), ".."), keyFile: keyFile() };
    expect(collectProblems(() => load(contentWith({ grpc: { tls } })))).toEqual([
      { path: "grpc.tls.certFile", message: "the file cannot be read (EISDIR): it is a directory" },
    ]);
  });

  test.each([
    ["the key of another certificate", certificate, otherPrivateKey],
    ["the two exchanged", privateKey, certificate],
    ["a key that is not PEM", certificate, "key"],
    ["an empty certificate", "", privateKey],
    ["two empty files", "", ""],
  ])("TLS files with %s are rejected", (_, cert, key) => {
    const tls = { certFile: temporaryFile("tls.crt", cert), keyFile: temporaryFile("tls.key", key) };
    expect(collectPaths(contentWith({ grpc: { tls } }))).toEqual(["grpc.tls"]);
  });
});

describe("a JWKS file", () => {
  const key = { kty: "EC", crv: "P-256", x: "eA", y: "eQ" };
  const withJwks = (content: string, more: object = {}) =>
    contentWith({
      userPools: [{ ...pool, keys: { jwksFile: temporaryFile("jwks.json", content) }, ...more }],
    });

  test("a JWKS file of public keys is accepted, with keys of unknown types beside them", () => {
    expect(collectPaths(withJwks(JSON.stringify({ keys: [{ kty: "AKP", pub: "cA" }, key] })))).toEqual([]);
  });

  test.each([
    ["that is not JSON", "keys:"],
    ["that is a list", "[]"],
    ["that is empty", JSON.stringify({ keys: [] })],
    ["of unknown kinds of keys only", JSON.stringify({ keys: [{ kty: "AKP", pub: "cA" }] })],
    ["with a private key", JSON.stringify({ keys: [key, { ...key, d: "ZA" }] })],
    ["with a shared secret", JSON.stringify({ keys: [key, { kty: "oct", k: "aw" }] })],
  ])("a JWKS file %s is rejected", (_, content) => {
    const [problem, ...more] = collectProblems(() => load(withJwks(content)));
    expect(more).toEqual([]);
    expect(problem?.path).toBe("userPools[0].keys.jwksFile");
    expect(problem?.message).toContain("must contain a JSON Web Key Set");
  });

  test("a missing JWKS file is rejected", () => {
    const userPools = [{ ...pool, keys: { jwksFile: "/nowhere/jwks.json" } }];
    expect(collectProblems(() => load(contentWith({ userPools })))).toEqual([
      { path: "userPools[0].keys.jwksFile", message: "the file does not exist" },
    ]);
  });

  test("a JWKS file with the development key is rejected under any key id", () => {
    const problemsWith = (...keys: object[]) => {
      const jwksFile = temporaryFile("jwks.json", JSON.stringify({ keys }));
      const env = {
        QRLOGIN_USER_POOLS: JSON.stringify([{ ...pool, keys: { jwksFile } }]),
        QRLOGIN_APPS: JSON.stringify([app]),
      };
      return collectProblems(() => loadConfig({ env }));
    };
    expect(problemsWith(key)).toEqual([]);
    // The point with the other y has an equally public private key.
    for (const change of [{ kid: "mine" }, { y: key.y }]) {
      const [problem] = problemsWith(key, { ...developmentKey, ...change });
      expect(problem?.path).toBe("userPools[0].keys.jwksFile");
      expect(problem?.message).toContain("the development key");
    }
  });
});

test.each([
  [{ ttl: "20s" }, ["tickets.ttl"]],
  [{ ttl: "11m" }, ["tickets.ttl"]],
  [{ minTtl: "3m" }, ["tickets.ttl"]],
  [{ minTtl: "100s", ttl: "100s", maxTtl: "90s" }, ["tickets.minTtl", "tickets.ttl"]],
  [{ minTtl: "60s", ttl: "60s", maxTtl: "60s" }, []],
  [{ minTtl: "5m", ttl: "one", maxTtl: "10m" }, ["tickets.ttl"]],
])("the ticket lifetime must be between its limits: %j", (tickets, paths) => {
  expect(collectPaths(contentWith({ tickets }))).toEqual(paths);
});

test("a file without an app or without a user pool is rejected", () => {
  expect(collectPaths({})).toEqual(["userPools", "apps"]);
  expect(collectPaths({ userPools: [], apps: [] })).toEqual(["userPools", "apps"]);
  expect(collectPaths({ userPools: [pool] })).toEqual(["apps"]);
});

test("ids of pools and of apps must be unique", () => {
  const second = { ...pool, issuer: "https://other.example.com" };
  expect(collectProblems(() => load({ userPools: [pool, second], apps: [app, { ...app }] }))).toEqual([
    { path: "userPools[1].id", message: "is also the id of userPools[0]" },
    { path: "apps[1].id", message: "is also the id of apps[0]" },
  ]);
});

test("two pools with a common issuer and audience are rejected", () => {
  const second = { ...pool, id: "staff", audience: ["intranet", "mobile-app"] };
  expect(collectProblems(() => load({ userPools: [pool, second], apps: [app] }))).toEqual([
    {
      path: "userPools[1].audience",
      message: "shares an audience with userPools[0], which has the same issuer",
    },
  ]);
});

test("two pools may share an issuer or an audience, and one may repeat its audience", () => {
  const userPools = [
    { ...pool, audience: ["mobile-app", "mobile-app"] },
    { ...pool, id: "staff", audience: ["intranet"] },
    { ...pool, id: "partners", issuer: "https://partners.example.com" },
  ];
  expect(load({ userPools, apps: [app] }).userPools).toHaveLength(3);
});

test("a pool with the development issuer is rejected", () => {
  const userPools = [{ ...pool, issuer: developmentIssuer }];
  expect(collectPaths(contentWith({ userPools }))).toEqual(["userPools[0].issuer"]);
});

test("an app with an unknown user pool is rejected, and the message lists the known ones", () => {
  const apps = [{ ...app, userPool: "customer" }];
  expect(collectProblems(() => load(contentWith({ apps })))).toEqual([
    { path: "apps[0].userPool", message: "is not one of the user pools customers" },
  ]);
});

test("an app is not reported for a pool whose id is invalid", () => {
  expect(collectPaths(contentWith({ userPools: [{ ...pool, id: "customers!" }] }))).toEqual([
    "userPools[0].id",
  ]);
});
