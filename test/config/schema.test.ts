import { describe, expect, test } from "vitest";
import { noPolicy } from "../../src/config/config.js";
import {
  app,
  collectPaths,
  collectProblems,
  contentWith,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";
import { defaultRedisConfig } from "./default_redis.js";

const withPool = (keys: object) => contentWith({ userPools: [{ ...pool, ...keys }] });
const withApp = (keys: object) => contentWith({ apps: [{ ...app, ...keys }] });

test("a file with one pool and one app has defaults for everything else", () => {
  expect(load(contentWith({}))).toEqual({
    development: false,
    grpc: {
      address: "127.0.0.1:50051",
      tls: undefined,
      allowPlaintextOnNetwork: false,
      reflection: false,
      traceContextFrom: [
        ...["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
      ],
      maxConnectionAge: 1_800_000,
      limits: {
        messageBytes: 65_536,
        connections: 10_000,
        connectionsPerAddress: 2_000,
        handshakeTimeout: 10_000,
        requestTimeout: 10_000,
        incompleteRequests: 2_000,
        streamsPerConnection: 1_000,
        streamResetRate: 1_000,
        metadataBytes: 20_480,
        healthWatches: 1_000,
        watches: 50_000,
        watchesPerApp: 25_000,
        callsPerApp: 2_000,
      },
      keepalive: { interval: 30_000, timeout: 10_000 },
      shutdown: { delay: 0, drainTime: 5_000, gracePeriod: 10_000 },
    },
    log: { level: "info", format: "auto", time: "epoch", levels: "number" },
    metrics: { enabled: true, address: undefined },
    reload: { interval: 10_000 },
    store: { kind: "memory", maxTickets: 1_000_000, maxTicketsPerApp: 100_000, redis: defaultRedisConfig },
    tickets: {
      ttl: 120_000,
      minTtl: 30_000,
      maxTtl: 600_000,
      authorizedTtl: 300_000,
      checkCodeTtl: 60_000,
      retention: 600_000,
      minPollInterval: 500,
      maxCustomDataBytes: 512,
    },
    watch: { heartbeatInterval: 15_000, maxPerTicket: 4 },
    outgoing: { proxy: undefined, noProxy: [], caFile: undefined },
    userTokens: { clockTolerance: 30_000, cacheSize: 10_000, cacheMaxAge: 300_000, issuerTimeout: 5000 },
    policy: noPolicy,
    userPools: [
      {
        ...pool,
        policy: noPolicy,
        algorithms: ["ES256", "RS256", "PS256", "EdDSA", "Ed25519"],
        claims: {
          userId: "sub",
          nickname: "nickname",
          name: "name",
          photo: "picture",
          email: "email",
          emailVerified: "email_verified",
          phone: "phone_number",
          phoneVerified: "phone_number_verified",
        },
        additionalClaims: [],
        userInfoUri: undefined,
      },
    ],
    apps: [{ ...app, name: "shop", logoUrl: "", certificateNames: [], policy: noPolicy }],
    admins: [],
  });
});

test.each([
  ["250ms", 250],
  ["30s", 30_000],
  ["1m", 60_000],
])("a duration of %s is %i milliseconds", (text, ms) => {
  const { userTokens } = load(contentWith({ userTokens: { issuerTimeout: text } }));
  expect(userTokens.issuerTimeout).toBe(ms);
});

test("durations may be in hours", () => {
  expect(load(contentWith({ tickets: { retention: "12h" } })).tickets.retention).toBe(43_200_000);
});

test.each([30, "30", "30 s", "1.5s", "-1s", "1d", "s", "", true])(
  "the value %j is not a duration",
  (value) => {
    const [problem] = collectProblems(() => load(contentWith({ watch: { heartbeatInterval: value } })));
    expect(problem?.path).toBe("watch.heartbeatInterval");
    expect(problem?.message).toMatch(/^must be a duration with its unit, such as 500ms, 30s, 5m or 12h/);
  },
);

test.each([
  ["grpc.address", { grpc: { address: "50051" } }],
  ["grpc.limits.messageBytes", { grpc: { limits: { messageBytes: 4095 } } }],
  ["grpc.limits.messageBytes", { grpc: { limits: { messageBytes: 4_194_305 } } }],
  ["grpc.limits.messageBytes", { grpc: { limits: { messageBytes: 5000.5 } } }],
  ["grpc.reflection", { grpc: { reflection: "yes" } }],
  ["grpc.limits.connections", { grpc: { limits: { connections: 0 } } }],
  ["grpc.limits.metadataBytes", { grpc: { limits: { metadataBytes: 65_537 } } }],
  ["grpc.limits.requestTimeout", { grpc: { limits: { requestTimeout: "99ms" } } }],
  ["grpc.keepalive.interval", { grpc: { keepalive: { interval: "999ms" } } }],
  ["grpc.shutdown.gracePeriod", { grpc: { shutdown: { gracePeriod: "11m" } } }],
  ["grpc.limits.watches", { grpc: { limits: { watches: 0 } } }],
  ["grpc.limits.watchesPerApp", { grpc: { limits: { watchesPerApp: 10_000_001 } } }],
  ["grpc.limits.callsPerApp", { grpc: { limits: { callsPerApp: 0 } } }],
  ["log.level", { log: { level: "verbose" } }],
  ["log.format", { log: { format: "text" } }],
  ["log.time", { log: { time: "local" } }],
  ["log.levels", { log: { levels: "both" } }],
  ["reload.interval", { reload: { interval: "500ms" } }],
  ["store.maxTickets", { store: { maxTickets: 0 } }],
  ["store.maxTicketsPerApp", { store: { maxTicketsPerApp: 10_000_001 } }],
  ["tickets.ttl", { tickets: { ttl: "61m" } }],
  ["tickets.maxCustomDataBytes", { tickets: { maxCustomDataBytes: 1025 } }],
  ["watch.maxPerTicket", { watch: { maxPerTicket: 0 } }],
  ["userTokens.cacheMaxAge", { userTokens: { cacheMaxAge: "301s" } }],
  ["userTokens.cacheSize", { userTokens: { cacheSize: 0 } }],
  ["userTokens.clockTolerance", { userTokens: { clockTolerance: "6m" } }],
  ["grpc", { grpc: null }],
  ["apps", { apps: {} }],
  ["userPools[0].id", withPool({ id: "a:b" })],
  ["userPools[0].issuer", withPool({ issuer: "" })],
  ["userPools[0].audience", withPool({ audience: [] })],
  ["userPools[0].audience", withPool({ audience: undefined })],
  ["userPools[0].algorithms", withPool({ algorithms: [] })],
  ["userPools[0].claims.photo", withPool({ claims: { photo: "" } })],
  ["userPools[0].userInfoUri", withPool({ userInfoUri: "http://id.example.com/userinfo" })],
  ["apps[0].name", withApp({ name: "n".repeat(129) })],
  ["apps[0].name", withApp({ name: "" })],
  ["apps[0].logoUrl", withApp({ logoUrl: "javascript:alert(1)" })],
  ["apps[0].logoUrl", withApp({ logoUrl: "data:text/html,hello" })],
  ["apps[0].secretSha256", withApp({ secretSha256: [] })],
  ["apps[0].secretSha256[0]", withApp({ secretSha256: "ab".repeat(31) })],
])("the value of %s has limits: %j", (path, keys) => {
  expect(collectPaths(contentWith(keys))).toContain(path);
});

test("an app id with a colon is rejected, since Basic authentication could not transmit it", () => {
  expect(collectPaths(withApp({ id: "shop:1" }))).toEqual(["apps[0].id"]);
});

test("text that YAML parses as a number is rejected with the remedy", () => {
  const [problem] = collectProblems(() => load(withPool({ audience: 7 })));
  const message = "must be text, but YAML reads it as a number: put it in quotes";
  expect(problem).toEqual({ path: "userPools[0].audience", message });
});

test("an unknown key is reported with a suggestion", () => {
  const problems = collectProblems(() =>
    load(contentWith({ ticket: {}, grpc: { limits: { message_bytes: 5000 } } })),
  );
  expect(problems).toEqual([
    { path: "grpc.limits.message_bytes", message: "is not a key here; did you mean messageBytes?" },
    { path: "ticket", message: "is not a key here; did you mean tickets?" },
  ]);
});

test("an unknown key without a similar one is reported with the list of existing keys", () => {
  const [problem] = collectProblems(() => load(contentWith({ log: { destination: "file" } })));
  expect(problem).toEqual({
    path: "log.destination",
    message: "is not a key here; the keys here are level, format, time, levels",
  });
});

describe("the keys of a pool", () => {
  const secret = "zN4wQ8rT1vX6yB3cD9fG2hJ5kM7pS0uL";

  test.each([
    [{ jwksUri: "https://id.example.com/jwks" }],
    [{ jwksUri: "http://127.0.0.1:8000/jwks" }],
    [{ jwksUri: "http://[::1]:8000/jwks" }],
    [{ jwksUri: "http://localhost/jwks" }],
  ])("the keys %j are accepted", (keys) => {
    expect(load(withPool({ keys })).userPools[0]?.keys).toEqual(keys);
  });

  test.each([
    "http://id.example.com/jwks",
    "http://127.0.0.1.example.com/jwks",
    "ftp://id.example.com/jwks",
    "file:///etc/passwd",
    "https://user:password@id.example.com/jwks",
    "id.example.com",
  ])("the jwksUri %s is rejected", (jwksUri) => {
    expect(collectPaths(withPool({ keys: { jwksUri } }))).toEqual(["userPools[0].keys.jwksUri"]);
  });

  test("no source and two sources of keys are rejected, even if one of two is invalid", () => {
    expect(collectPaths(withPool({ keys: {} }))).toEqual(["userPools[0].keys"]);
    const two = { jwksUri: "https://id.example.com/jwks", hs256Secret: secret };
    expect(collectPaths(withPool({ keys: two }))).toEqual(["userPools[0].keys"]);
    const wrong = { jwksUri: "nowhere", hs256Secret: secret };
    expect(collectPaths(withPool({ keys: wrong }))).toEqual([
      "userPools[0].keys.jwksUri",
      "userPools[0].keys",
    ]);
  });

  test("inline keys in the file are rejected", () => {
    const jwks = { keys: [{ kty: "OKP", crv: "Ed25519", x: "AAAA" }] };
    expect(collectPaths(withPool({ keys: { jwks } }))).toContain("userPools[0].keys.jwks");
  });

  test("a shared secret must have at least 32 bytes and the algorithm HS256", () => {
    const [shared] = load(withPool({ keys: { hs256Secret: secret } })).userPools;
    expect(shared?.keys).toEqual({ hs256Secret: secret });
    expect(shared?.algorithms).toEqual(["HS256"]);
    expect(load(withPool({ keys: { hs256Secret: "àáâãäåæçèéêìñòôõ" } })).userPools).toHaveLength(1);
    expect(collectPaths(withPool({ keys: { hs256Secret: "s".repeat(31) } }))).toEqual([
      "userPools[0].keys.hs256Secret",
    ]);
  });

  test("a shared secret with any other algorithm is rejected", () => {
    const keys = { hs256Secret: secret };
    expect(collectPaths(withPool({ keys, algorithms: ["HS256", "ES256"] }))).toEqual([
      "userPools[0].algorithms",
    ]);
    expect(collectPaths(withPool({ keys, algorithms: ["HS256"] }))).toEqual([]);
  });

  test.each(["HS256", "HS384", "HS512", "none", "None", "es256", "RSA-OAEP", "A128KW"])(
    "a JWKS with the algorithm %s is rejected",
    (algorithm) => {
      const [path, ...more] = collectPaths(withPool({ algorithms: ["ES256", algorithm] }));
      expect(path).toMatch(/^userPools\[0\]\.algorithms(\[1\])?$/);
      expect(more).toEqual([]);
    },
  );

  test("a JWKS in a file with HS256 is rejected too", () => {
    const jwks = JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x: "AAAA" }] });
    const keys = { jwksFile: temporaryFile("jwks.json", jwks) };
    expect(collectPaths(withPool({ keys }))).toEqual([]);
    expect(collectPaths(withPool({ keys, algorithms: ["HS256"] }))).toEqual(["userPools[0].algorithms"]);
  });

  test("every asymmetric algorithm is accepted with a JWKS", () => {
    const algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    algorithms.push("EdDSA", "Ed25519");
    expect(load(withPool({ algorithms })).userPools[0]?.algorithms).toEqual(algorithms);
  });
});

test("a single audience or digest needs no list, and digests become lower-case", () => {
  const config = load({
    userPools: [{ ...pool, audience: "mobile-app" }],
    apps: [{ ...app, secretSha256: "AB".repeat(32) }],
  });
  expect(config.userPools[0]?.audience).toEqual(["mobile-app"]);
  expect(config.apps[0]?.secretSha256).toEqual(["ab".repeat(32)]);
});

test("the digest of an empty secret is rejected", () => {
  const empty = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
  expect(collectPaths(withApp({ secretSha256: [app.secretSha256[0], empty] }))).toEqual([
    "apps[0].secretSha256[1]",
  ]);
});

test.each([
  "",
  "https://shop.example.com/logo.png",
  "http://shop.example.com/logo.png",
  "data:image/png;base64,AA==",
])("a logo may be %j", (logoUrl) => {
  expect(load(withApp({ logoUrl })).apps[0]?.logoUrl).toBe(logoUrl);
});
