import { ReplyError } from "ioredis";
import { expect, test } from "vitest";
import { toStoreError } from "../../../src/store/redis/connection/redis_errors.js";
import { assessDurability } from "../../../src/store/redis/monitor/durability.js";
import { fetchServerInfo, incompatibilityOf } from "../../../src/store/redis/monitor/server_info.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";

const settings = {
  appendfsync: "everysec",
  "no-appendfsync-on-rewrite": "no",
  save: "",
  "shutdown-on-sigterm": "default",
  "shutdown-on-sigint": "default",
  "repl-diskless-sync": "yes",
  "repl-diskless-load": "swapdb",
};

/** Creates a server with this report about itself and these settings. */
const serverWithInfo = (info: readonly string[], reported: object) => ({
  address: "192.0.2.1:6379",
  query: async (name: string) => (name === "INFO" ? info.join("\r\n") : Object.entries(reported).flat()),
});

const levelOf = async (info: readonly string[], reported: object, replicaAcks = 0) =>
  assessDurability(
    [await fetchServerInfo(serverWithInfo(["redis_version:7.4.0", "role:master", ...info], reported))],
    { replicaAcks, replicaFsync: false },
    replicaAcks,
    [],
  );

test("a server that reports all settings and has no persistence is durable", async () => {
  expect(await levelOf([], settings)).toMatchObject({ level: "durable" });
});

test("a server that does not report a setting is best effort", async () => {
  for (const name of Object.keys(settings)) {
    const { [name as keyof typeof settings]: _, ...rest } = settings;
    expect(await levelOf([], rest)).toMatchObject({ level: "best effort" });
  }
  expect(await levelOf([], {})).toMatchObject({
    reason: expect.stringContaining("has unknown persistence settings"),
  });
});

test("modules make a server with replicas best effort, and not a single server", async () => {
  const modules = ["# Modules", "module:name=search,ver=80000,api=1"];
  expect(await levelOf(modules, settings)).toMatchObject({ level: "durable" });
  expect(await levelOf([], settings, 1)).toMatchObject({ level: "durable" });
  const withReplica = await levelOf(modules, settings, 1);
  expect(withReplica).toMatchObject({
    level: "best effort",
    reason: expect.stringContaining("has modules"),
  });
});

/** Creates a server with this reply to CONFIG GET. */
const serverWithConfigReply = (answer: () => unknown) => ({
  address: "192.0.2.1:6379",
  query: async (name: string) => (name === "INFO" ? "redis_version:7.4.0\r\nrole:master" : answer()),
});

test.each([
  "ERR unknown command 'CONFIG'",
  "ERR Command is not available: 'CONFIG'",
  "ERR Unknown command",
  "ERR unknown subcommand 'GET'. Try CONFIG HELP.",
  "ERR wrong number of arguments for 'config|get' command",
  "NOPERM this user has no permissions to run the 'config|get' command",
  "ERR permission denied",
  "DENIED by the provider",
  "unsupported command",
  "",
])("a server that rejects CONFIG GET with %j has unknown settings", async (message) => {
  const info = await fetchServerInfo(
    serverWithConfigReply(() => {
      throw new ReplyError(message);
    }),
  );
  expect(info.settings).toBeUndefined();
});

test.each([
  [null],
  ["OK"],
  [[]],
  [["save"]],
  [[...Object.keys(settings), ...Object.keys(settings)].slice(1)],
])("a server that replies to CONFIG GET with %j has unknown settings", async (reply) => {
  expect((await fetchServerInfo(serverWithConfigReply(() => reply))).settings).toBeUndefined();
});

test("a connection that breaks during CONFIG GET rejects", async () => {
  const fetched = fetchServerInfo(
    serverWithConfigReply(() => {
      throw new Error("ERR unknown command, but not from a server");
    }),
  );
  await expect(fetched).rejects.toThrow("not from a server");
});

test("a server without a reported version or eviction policy gets an error for that", async () => {
  const incompatibilityWith = async (...info: string[]) =>
    incompatibilityOf(await fetchServerInfo(serverWithInfo(info, settings)), "single");
  expect(await incompatibilityWith("role:master")).toMatch(/^does not report its version .*7\.0/);
  expect(await incompatibilityWith("redis_version:7.4.0")).toMatch(
    /^does not report its maxmemory-policy .*noeviction/,
  );
  expect(await incompatibilityWith("redis_version:6.2.1")).toBe("is Redis 6.2.1; 7.0 or later is needed");
});

test.each([
  "READONLY You can't write against a read only replica.",
  "OOM command not allowed when used memory > 'maxmemory'.",
  "ERR OOM command not allowed, in a script",
  "ERR max number of clients reached",
  "ERR max daily request limit exceeded",
  "UNAVAILABLE the instance is being moved",
  "upstream failure",
  "no upstream host",
])("the error %j of a server or proxy means an outage", (message) => {
  const failure = toStoreError(new ReplyError(message), true);
  expect(failure).toBeInstanceOf(StoreUnavailableError);
  expect(failure).toMatchObject({ outcome: "not written" });
});

test.each(["WRONGTYPE Operation against a key", "ERR syntax error", "ERR unknown command 'EVALSHA'"])(
  "the error %j means a fault and not an outage",
  (message) => {
    expect(toStoreError(new ReplyError(message), true)).not.toBeInstanceOf(StoreUnavailableError);
  },
);
