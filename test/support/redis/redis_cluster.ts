import { setTimeout as sleep } from "node:timers/promises";
import { freePort, type RedisProcess, startRedis } from "./redis_process.js";

/** Redis Cluster of three masters without replicas. */
export interface RedisCluster {
  readonly masters: readonly RedisProcess[];
  /** Waits until every master reports that all slots are served. */
  waitUntilReady(): Promise<void>;
  release(): Promise<void>;
}

const slots = 16_384;

/** Starts a node outside any cluster. Other nodes reach it at the port `bus`. */
export async function startClusterNode(args: readonly string[] = []) {
  // The default, 10,000 above the other port, may exceed the highest port number.
  const bus = await freePort();
  const clustered = [
    "--cluster-enabled",
    "yes",
    "--cluster-node-timeout",
    "2000",
    "--cluster-port",
    `${bus}`,
  ];
  return { bus, node: await startRedis({ args: [...clustered, ...args] }) };
}

/**
 * Starts a cluster. `args` are for each master, as on the command line. A master counts as down after two
 * seconds.
 */
export async function startRedisCluster(args: readonly string[] = []): Promise<RedisCluster> {
  const members = await Promise.all([0, 1, 2].map(() => startClusterNode(args)));
  const masters = members.map(({ node }) => node);

  for (const [index, master] of masters.entries()) {
    const from = Math.ceil((index * slots) / members.length);
    const to = Math.ceil(((index + 1) * slots) / members.length) - 1;
    await master.command("CLUSTER", "ADDSLOTSRANGE", from, to);
    await master.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
  }
  const [first] = members;
  for (const { node, bus } of members.slice(1)) {
    await first?.node.command("CLUSTER", "MEET", "127.0.0.1", node.port, bus);
  }

  async function waitUntilReady(): Promise<void> {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const states = await Promise.all(masters.map((master) => master.command("CLUSTER", "INFO")));
      const known = await Promise.all(masters.map((master) => master.command("CLUSTER", "NODES")));
      const isWhole =
        states.every((state) => /cluster_state:ok/.test(String(state))) &&
        known.every(
          (nodes) => String(nodes).match(/connected/g)?.length === 3 && !/fail/.test(String(nodes)),
        );
      if (isWhole) return;
      if (performance.now() > deadline) throw new Error("the cluster is not complete within 60 s");
      await sleep(50);
    }
  }

  await waitUntilReady();
  return {
    masters,
    waitUntilReady,
    async release() {
      await Promise.all(masters.map((master) => master.release()));
    },
  };
}
