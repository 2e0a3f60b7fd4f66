import { expect, test } from "vitest";
import { durabilityOf } from "../../src/store/redis/durability.js";
import { factsOf } from "../../src/store/redis/server_facts.js";

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
const saying = (info: readonly string[], told: object) => ({
  address: "192.0.2.1:6379",
  ask: async (name: string) => (name === "INFO" ? info.join("\r\n") : Object.entries(told).flat()),
});

const levelOf = async (info: readonly string[], told: object, replicas = 0) =>
  durabilityOf(
    [await factsOf(saying(["redis_version:7.4.0", "role:master", ...info], told))],
    { replicas, replicasOnDisk: false },
    replicas,
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
    because: expect.stringContaining("does not tell how it saves"),
  });
});

test("modules do not matter to one server, and do where a replica is filled", async () => {
  const modules = ["# Modules", "module:name=search,ver=80000,api=1"];
  expect(await levelOf(modules, settings)).toMatchObject({ level: "durable" });
  expect(await levelOf([], settings, 1)).toMatchObject({ level: "durable" });
  const withReplica = await levelOf(modules, settings, 1);
  expect(withReplica).toMatchObject({
    level: "best effort",
    because: expect.stringContaining("has modules"),
  });
});
