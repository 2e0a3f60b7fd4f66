import type { RedisProcess } from "../support/redis/redis_process.js";
import type { ServiceNode } from "./nodes.js";
import type { Pace } from "./pace.js";
import type { Random } from "./random.js";

/** A fault that a run can inject. */
export interface Fault {
  readonly kind: string;
  /** Possible cost in this deployment; absent if nothing can be lost. */
  readonly effect?: "empty" | "lost";
  /** Injects the fault and repairs it after a while. Resolves when the deployment is whole again. */
  happen(random: Random, pace: Pace): Promise<void>;
}

/** Kills a node and starts it again a little later. */
export const nodeKilled = (nodes: readonly ServiceNode[]): Fault => ({
  kind: "node killed",
  async happen(random, pace) {
    const node = random.oneOf(nodes);
    await node.kill();
    await pace(0, 12);
    await node.start();
  },
});

/** Kills Redis and starts it again. */
export const redisKilled = (servers: readonly RedisProcess[], effect?: Fault["effect"]): Fault => ({
  kind: "Redis killed",
  ...(effect && { effect }),
  async happen(random, pace) {
    const server = random.oneOf(servers);
    await server.kill();
    await pace(0, 12);
    await server.restart();
  },
});

/** Pauses Redis for a while; connections stay open. */
export const redisPaused = (servers: readonly RedisProcess[], longest = 10): Fault => ({
  kind: "Redis paused",
  async happen(random, pace) {
    const server = random.oneOf(servers);
    server.pause();
    await pace(1, longest);
    server.resume();
  },
});

/** Breaks all connections to Redis a few times in a row. */
export const connectionsCut = (servers: () => Promise<readonly RedisProcess[]>): Fault => ({
  kind: "connections cut",
  async happen(random, pace) {
    for (let times = 0; times < 3; times++) {
      for (const server of await servers()) {
        await server.command("CLIENT", "KILL", "TYPE", "normal");
        if (random.chance(0.7)) await server.command("CLIENT", "KILL", "TYPE", "pubsub");
      }
      await pace(1, 6);
    }
  },
});
