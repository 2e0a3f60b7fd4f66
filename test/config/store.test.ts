import { describe, expect, test } from "vitest";
import { collectPaths, collectProblems, contentWith, load, temporaryFile } from "../support/config_files.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";
import { defaultRedisConfig } from "./default_redis.js";

const inRedis = (redis: object, store: object = {}) => contentWith({ store: { ...store, redis } });
const inNodes = (nodes: unknown, keys: object = {}) => inRedis({ cluster: { nodes }, ...keys });
const bySentinels = (keys: object) =>
  inRedis({ sentinel: { name: "qrlogin", nodes: ["127.0.0.1:26379"], ...keys } });

describe("the kind of store", () => {
  test("the store is Redis if it has a section, memory otherwise, unless its kind is set", () => {
    expect(load(contentWith({})).store.kind).toBe("memory");
    expect(load(inRedis({})).store).toMatchObject({ kind: "redis", redis: defaultRedisConfig });
    expect(load(contentWith({ store: { kind: "redis" } })).store.redis).toEqual(defaultRedisConfig);
    expect(load(inRedis({}, { kind: "memory" })).store.kind).toBe("memory");
    expect(collectPaths(contentWith({ store: { kind: "valkey" } }))).toEqual(["store.kind"]);
  });

  test("the Redis is one server, Sentinels or a Cluster, and only the first has a default", () => {
    expect(load(bySentinels({})).store.redis).toMatchObject({
      url: undefined,
      sentinel: { name: "qrlogin", nodes: ["127.0.0.1:26379"], username: undefined, password: undefined },
    });
    expect(load(inNodes("127.0.0.1:7000")).store.redis).toMatchObject({
      url: undefined,
      cluster: { nodes: ["127.0.0.1:7000"] },
    });
  });

  test.each([
    { url: "redis://127.0.0.1", cluster: { nodes: ["127.0.0.1:7000"] } },
    { url: "redis://127.0.0.1", sentinel: { name: "qrlogin", nodes: ["127.0.0.1:26379"] } },
    { cluster: { nodes: ["127.0.0.1:1"] }, sentinel: { name: "qrlogin", nodes: ["127.0.0.1:2"] } },
  ])("more than one kind of Redis is rejected: %j", (redis) => {
    expect(collectProblems(() => load(inRedis(redis)))).toEqual([
      { path: "store.redis", message: "must have only one of url, sentinel and cluster: remove the others" },
    ]);
  });

  test("the section of Redis is not checked if the store is memory", () => {
    const redis = { url: "redis://redis.example.com", username: "qrlogin" };
    expect(load(inRedis(redis, { kind: "memory" })).store.kind).toBe("memory");
    // An invalid value is a problem nevertheless.
    expect(collectPaths(inRedis({ replicaAcks: -1 }, { kind: "memory" }))).toEqual([
      "store.redis.replicaAcks",
    ]);
  });
});

describe("the URL of a Redis", () => {
  test.each([
    ...["redis://127.0.0.1", "redis://localhost:6380", "redis://[::1]:6379/", "rediss://redis.example.com"],
    ...[
      "redis://127.0.0.1/15",
      "redis://:password@127.0.0.1",
      "rediss://user:pass%20word@redis.example.com:6380/1",
    ],
  ])("the URL of a Redis may be %s", (url) => {
    expect(load(inRedis({ url })).store.redis.url).toBe(url);
  });

  test.each([
    ...["", "127.0.0.1:6379", "http://127.0.0.1:6379", "redis:127.0.0.1", "redis://", "redis:///0"],
    ...[
      "redis://127.0.0.1/db",
      "redis://127.0.0.1/0/1",
      "redis://127.0.0.1/99999",
      "redis://127.0.0.1/0?db=1",
    ],
    ...[
      "redis://127.0.0.1#0",
      "redis://127.0.0.1:65536",
      "redis+sentinel://127.0.0.1",
      "redis://:100%@127.0.0.1",
    ],
  ])("the URL of a Redis cannot be %j", (url) => {
    expect(collectPaths(inRedis({ url }))).toEqual(["store.redis.url"]);
  });

  test("the message about an invalid URL does not repeat its password", () => {
    const [problem] = collectProblems(() => load(inRedis({ url: "redis://user:hunter2@127.0.0.1/x" })));
    expect(problem?.path).toBe("store.redis.url");
    expect(problem?.message).not.toContain("hunter2");
  });
});

test.each([
  ["store.redis.keyPrefix", { keyPrefix: "a{b}" }],
  ["store.redis.keyPrefix", { keyPrefix: "with space" }],
  ["store.redis.keyPrefix", { keyPrefix: "p".repeat(65) }],
  ["store.redis.replicaAcks", { replicaAcks: 17 }],
  ["store.redis.replicaAcks", { replicaAcks: -1 }],
  ["store.redis.replicaAcks", { replicaAcks: 0.5 }],
  ["store.redis.replicaAcks", { replicaFsync: true }],
  ["store.redis.replicaAcks", { replicaFsync: true, replicaAcks: 0 }],
  ["store.redis.replicaFsync", { replicaFsync: "yes" }],
  ["store.redis.requireDurable", { requireDurable: "yes" }],
  ["store.redis.timeout", { timeout: "49ms" }],
  ["store.redis.timeout", { timeout: "61s" }],
  ["store.redis.refreshInterval", { refreshInterval: "61m" }],
  ["store.redis.refreshInterval", { refreshInterval: 0 }],
  ["store.redis.username", { username: "", password: "p" }],
  ["store.redis.password", { password: "" }],
  ["store.redis.allowPlaintextOnNetwork", { allowPlaintextOnNetwork: "no" }],
  ["store.redis.sentinel.name", { sentinel: { name: "", nodes: ["127.0.0.1:1"] } }],
  ["store.redis.sentinel.name", { sentinel: { nodes: ["127.0.0.1:1"] } }],
  ["store.redis.sentinel.nodes", { sentinel: { name: "qrlogin" } }],
  ["store.redis.sentinel.nodes", { sentinel: { name: "qrlogin", nodes: [] } }],
  ["store.redis.sentinel.nodes[0]", { sentinel: { name: "qrlogin", nodes: ["127.0.0.1"] } }],
  ["store.redis.cluster.nodes", { cluster: {} }],
  ["store.redis.cluster.nodes", { cluster: { nodes: [] } }],
  ["store.redis.cluster.nodes[0]", { cluster: { nodes: ["127.0.0.1:0"] } }],
  ["store.redis.tls.serverName", { url: "rediss://127.0.0.1", tls: { serverName: "" } }],
  ["store.redis.database", { database: 1 }],
])("the value of %s has limits: %j", (path, redis) => {
  expect(collectPaths(inRedis(redis))).toEqual([path]);
});

test("the limits are inclusive", () => {
  const ends = { keyPrefix: "", replicaAcks: 16, replicaFsync: true, timeout: "50ms", refreshInterval: "0s" };
  expect(load(inRedis(ends)).store.redis).toMatchObject({
    keyPrefix: "",
    replicaAcks: 16,
    replicaFsync: true,
    timeout: 50,
    refreshInterval: 0,
  });
});

describe("plain text to a Redis on the network", () => {
  const networked = [
    ["store.redis.url", inRedis({ url: "redis://redis.example.com" })],
    ["store.redis.url", inRedis({ url: "redis://10.0.0.1:6379" })],
    ["store.redis.url", inRedis({ url: "redis://[2001:db8::1]:6379" })],
    ["store.redis.cluster", inNodes(["127.0.0.1:7000", "10.0.0.1:7000"])],
    ["store.redis.sentinel", bySentinels({ nodes: ["redis.example.com:26379"] })],
  ] as const;

  test.each(networked)("plain text to a Redis on the network is rejected at %s", (path, content) => {
    expect(collectProblems(() => load(content))).toEqual([
      { path, message: expect.stringMatching(/plain text.*allowPlaintextOnNetwork/) },
    ]);
  });

  test("plain text to Redis is accepted if it is allowed, and to loopback", () => {
    const allowed = { url: "redis://10.0.0.1", allowPlaintextOnNetwork: true };
    expect(load(inRedis(allowed)).store.redis.allowPlaintextOnNetwork).toBe(true);
    for (const url of ["redis://127.0.0.1", "redis://localhost", "redis://[::1]"]) load(inRedis({ url }));
    expect(load(inNodes(["10.0.0.1:7000"], { tls: {} })).store.redis.tls).toEqual({});
  });
});

describe("TLS to a Redis", () => {
  const files = () => ({
    certFile: temporaryFile("redis.crt", certificate),
    keyFile: temporaryFile("redis.key", privateKey),
  });
  const withTls = (tls: object) => inRedis({ url: "rediss://redis.example.com", tls });

  test("TLS to Redis accepts the files of an authority and of a client certificate", () => {
    const tls = { caFile: temporaryFile("ca.crt", certificate), ...files(), serverName: "redis" };
    expect(load(withTls(tls)).store.redis.tls).toEqual(tls);
  });

  test("TLS to Redis is rejected with a plain-text URL", () => {
    expect(collectProblems(() => load(inRedis({ url: "redis://127.0.0.1", tls: {} })))).toEqual([
      { path: "store.redis.url", message: "must begin with rediss:// when store.redis.tls is set" },
    ]);
  });

  test("TLS to Redis needs a matching pair of certificate and key file", () => {
    const { certFile, keyFile } = files();
    expect(collectPaths(withTls({ certFile }))).toEqual(["store.redis.tls"]);
    expect(collectPaths(withTls({ keyFile }))).toEqual(["store.redis.tls"]);
    const other = temporaryFile("other.key", otherPrivateKey);
    expect(collectPaths(withTls({ certFile, keyFile: other }))).toEqual(["store.redis.tls"]);
  });

  test("TLS to Redis reports files that are missing or have other content", () => {
    const caFile = temporaryFile("ca.crt", "nothing");
    const missing = { certFile: "/nowhere/redis.crt", keyFile: "/nowhere/redis.key" };
    expect(collectPaths(withTls({ caFile, ...missing }))).toEqual([
      "store.redis.tls.caFile",
      "store.redis.tls.certFile",
      "store.redis.tls.keyFile",
    ]);
  });
});

describe("credentials for Redis", () => {
  test.each([
    ["store.redis.url", inRedis({ url: "redis://user:a@127.0.0.1", password: "b" })],
    ["store.redis.url", inRedis({ url: "redis://:a@127.0.0.1", username: "user", password: "b" })],
    ["store.redis.url", inRedis({ url: "redis://user@127.0.0.1" })],
    ["store.redis.password", inRedis({ username: "user" })],
    ["store.redis.password", inNodes(["127.0.0.1:7000"], { username: "user" })],
    ["store.redis.sentinel.password", bySentinels({ username: "user" })],
  ])("credentials for Redis must be complete and in one place, or %s is reported", (path, content) => {
    expect(collectPaths(content)).toEqual([path]);
  });

  test("credentials for Redis may be a password without a user name, at servers and Sentinels", () => {
    const redis = { sentinel: { name: "qrlogin", nodes: ["127.0.0.1:26379"], password: "s" }, password: "p" };
    expect(load(inRedis(redis)).store.redis).toMatchObject({ password: "p", sentinel: { password: "s" } });
  });

  test("credentials for Redis may be set by the environment, beside a file that names the server", () => {
    const env = {
      QRLOGIN_STORE_REDIS_USERNAME: "user",
      QRLOGIN_STORE_REDIS_PASSWORD: "from the environment",
    };
    const { redis } = load(inRedis({ url: "redis://127.0.0.1" }), env).store;
    expect([redis.username, redis.password]).toEqual(["user", "from the environment"]);
  });
});
