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

/** A server that says this of itself. */
const serverWithInfo = (info: readonly string[], told: object) => ({
  address: "192.0.2.1:6379",
  query: async (name: string) => (name === "INFO" ? info.join("\r\n") : Object.entries(told).flat()),
});

const levelOf = async (info: readonly string[], told: object, replicaAcks = 0) =>
  assessDurability(
    [await fetchServerInfo(serverWithInfo(["redis_version:7.4.0", "role:master", ...info], told))],
    { replicaAcks, replicaFsync: false },
    replicaAcks,
    [],
  );

test("a server that tells all and saves nothing is durable", async () => {
  expect(await levelOf([], settings)).toMatchObject({ level: "durable" });
});

test("a server that tells nothing of a setting is not relied upon", async () => {
  for (const name of Object.keys(settings)) {
    const { [name as keyof typeof settings]: _, ...rest } = settings;
    expect(await levelOf([], rest)).toMatchObject({ level: "best effort" });
  }
  expect(await levelOf([], {})).toMatchObject({
    reason: expect.stringContaining("does not tell how it saves"),
  });
});

test("modules do not matter to one server, and do where a replica is filled", async () => {
  const modules = ["# Modules", "module:name=search,ver=80000,api=1"];
  expect(await levelOf(modules, settings)).toMatchObject({ level: "durable" });
  expect(await levelOf([], settings, 1)).toMatchObject({ level: "durable" });
  const withReplica = await levelOf(modules, settings, 1);
  expect(withReplica).toMatchObject({
    level: "best effort",
    reason: expect.stringContaining("has modules"),
  });
});

/** A server that answers CONFIG GET like this. */
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
])("a server that refuses CONFIG GET by %j does not tell its settings", async (refusal) => {
  const facts = await fetchServerInfo(
    serverWithConfigReply(() => {
      throw new ReplyError(refusal);
    }),
  );
  expect(facts.settings).toBeUndefined();
});

test.each([
  [null],
  ["OK"],
  [[]],
  [["save"]],
  [[...Object.keys(settings), ...Object.keys(settings)].slice(1)],
])("a server that answers CONFIG GET with %j does not tell its settings", async (reply) => {
  expect((await fetchServerInfo(serverWithConfigReply(() => reply))).settings).toBeUndefined();
});

test("a connection that breaks during CONFIG GET is no refusal", async () => {
  const asked = fetchServerInfo(
    serverWithConfigReply(() => {
      throw new Error("ERR unknown command, says no server");
    }),
  );
  await expect(asked).rejects.toThrow("says no server");
});

test("a server that does not report version or eviction policy is not said to have a wrong one", async () => {
  const objection = async (...info: string[]) =>
    incompatibilityOf(await fetchServerInfo(serverWithInfo(info, settings)), "single");
  expect(await objection("role:master")).toMatch(/^does not report its version .*7\.0/);
  expect(await objection("redis_version:7.4.0")).toMatch(
    /^does not report its maxmemory-policy .*noeviction/,
  );
  expect(await objection("redis_version:6.2.1")).toBe("is Redis 6.2.1; 7.0 or later is needed");
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
])("a server or proxy that answers %j cannot do its work now", (refusal) => {
  const failure = toStoreError(new ReplyError(refusal), true);
  expect(failure).toBeInstanceOf(StoreUnavailableError);
  expect(failure).toMatchObject({ outcome: "not written" });
});

test.each(["WRONGTYPE Operation against a key", "ERR syntax error", "ERR unknown command 'EVALSHA'"])(
  "a command that is answered %j is a fault and no outage",
  (refusal) => {
    expect(toStoreError(new ReplyError(refusal), true)).not.toBeInstanceOf(StoreUnavailableError);
  },
);
