import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createClusterTopology } from "../../../src/store/redis/topology/topology.js";
import { startClusterNode, startRedisCluster } from "../../support/redis/redis_cluster.js";
import { hasRedis, withoutRedis } from "../../support/redis/redis_process.js";
import { plainConnectionOptions, useTestStore } from "../../support/redis/redis_test_store.js";

describe.skipIf(!hasRedis)(`on a Redis Cluster with a replica${withoutRedis}`, () => {
  test("a replica that is down when a node starts counts, since it may come back and be promoted", async () => {
    const { masters, release } = await startRedisCluster();
    onTestFinished(release);
    const [first] = masters;
    if (!first) throw new Error("there is no master");
    const { bus, node: replica } = await startClusterNode();
    onTestFinished(() => replica.release());
    await first.command("CLUSTER", "MEET", "127.0.0.1", replica.port, bus);
    const id = String(await first.command("CLUSTER", "MYID"));
    await vi.waitFor(() => replica.command("CLUSTER", "REPLICATE", id), 20_000);
    const waitForNodes = (pattern: RegExp) =>
      vi.waitFor(async () => {
        for (const master of masters)
          expect(String(await master.command("CLUSTER", "NODES"))).toMatch(pattern);
      }, 30_000);
    await waitForNodes(/ slave [0-9a-f]{40} .* connected/);
    await replica.kill();
    await waitForNodes(/ slave,fail /);

    const nodes = masters.map(({ address }) => address);
    const topology = createClusterTopology({
      nodes,
      connectionOptions: plainConnectionOptions,
      timeout: 1_000,
    });
    const { recorded } = await useTestStore(first, { topology });
    expect(recorded.durability).toEqual([
      { level: "best effort", reason: expect.stringContaining("1 replica, but replies wait for 0") },
    ]);
  });
});
