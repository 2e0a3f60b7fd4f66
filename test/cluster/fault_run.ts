import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asApp, callsOf } from "../support/callers.js";
import { check, type Verdict } from "./checker.js";
import { eventually } from "./eventually.js";
import { type Fault, nodeKilled } from "./faults.js";
import { type History, nanoseconds, startHistory } from "./history.js";
import { type CallableNode, type ServiceNode, startNode, writeConfig } from "./nodes.js";
import { createPace, type Pace } from "./pace.js";
import { createRandom, type Random } from "./random.js";
import { type LoginContext, runLogin } from "./random_login.js";
import { recordCalls, type TicketCredentials } from "./recorded_calls.js";
import type { Topology } from "./topologies.js";

/** Options of a run. */
export interface RunOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** Minimum number of operations; each kind of fault happens at least once in any case. */
  readonly operations: number;
  /** Number of simultaneous logins. */
  readonly logins: number;
  /** Longest pause of a thinking user, as the average number of calls of each login during it. */
  readonly thinking: number;
  /** Highest average number of calls of each login between two faults. */
  readonly calm: number;
  /** False for a run without faults, in which nothing may be lost or unknown. True by default. */
  readonly withFaults?: boolean;
}

/** The result of a run. */
export interface RunReport {
  readonly topology: string;
  readonly seed: number;
  readonly verdict: Verdict;
  /** Number of times that each kind of fault happened. */
  readonly faults: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** Folder of the history, the logs and the visualizations; kept only after a violation. */
  readonly folder: string;
}

/** Three nodes on a deployment, with a separate folder. */
export interface NodeCluster {
  readonly folder: string;
  readonly nodes: readonly ServiceNode[];
  release(): Promise<void>;
}

export async function startNodeCluster(redis: object): Promise<NodeCluster> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-faults-"));
  const configFile = writeConfig(folder, redis);
  const nodes = await Promise.all(["a", "b", "c"].map((name) => startNode(name, folder, configFile)));
  return {
    folder,
    nodes,
    release: async () => void (await Promise.all(nodes.map((node) => node.release()))),
  };
}

/** Starts everything, lets logins race and faults happen, and runs the checker. */
export async function runFaults(options: RunOptions): Promise<RunReport> {
  const { topology, seed } = options;
  const startedAt = performance.now();
  const deployment = await topology.start();
  try {
    const cluster = await startNodeCluster(deployment.redis);
    try {
      const history = startHistory(join(cluster.folder, "history.jsonl"));
      const known = deployment.faults.concat(nodeKilled(cluster.nodes));
      const faults = options.withFaults === false ? [] : known;
      const faultCounts = await runLoad(cluster.nodes, history, faults, options);
      await history.close();
      const verdict = await check(history.path, topology.level, cluster.folder);
      if (verdict.violationCount === 0) rmSync(cluster.folder, { recursive: true, force: true });
      const seconds = Math.round((performance.now() - startedAt) / 1_000);
      return { topology: topology.name, seed, verdict, faults: faultCounts, seconds, folder: cluster.folder };
    } finally {
      await cluster.release();
    }
  } finally {
    await deployment.release();
  }
}

async function runLoad(
  nodes: readonly ServiceNode[],
  history: History,
  faults: readonly Fault[],
  { seed, operations, logins, thinking, calm }: RunOptions,
): Promise<ReadonlyMap<string, number>> {
  const random = createRandom(seed);
  const calls = await recordCalls(history);
  const context: LoginContext = { nodes, calls, history, logins, thinking };
  const faultCounts = new Map<string, number>();
  const tickets: TicketCredentials[] = [];
  const isEnough = () =>
    history.operations() >= operations && faults.every(({ kind }) => (faultCounts.get(kind) ?? 0) > 0);

  let isFailed = false;
  const guarded = async <T>(work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      isFailed = true;
      throw error;
    }
  };
  const faultRandom = random.fork();
  const pace = createPace(history, random.fork(), logins);
  const choices = Array.from({ length: logins }, () => random.fork());
  const results = await Promise.allSettled([
    guarded(async () => {
      while (!isFailed && faults.length > 0 && !isEnough()) {
        const fault = chooseFault(faults, faultCounts, faultRandom);
        await pace(calm / 5, calm);
        await injectFault(fault, nodes, faultRandom, pace, history);
        faultCounts.set(fault.kind, (faultCounts.get(fault.kind) ?? 0) + 1);
      }
    }),
    ...choices.map((choice, index) =>
      guarded(async () => {
        for (let count = 0; !isFailed && !isEnough(); count++) {
          const ticket = await runLogin(context, `login-${index}-${count}`, choice);
          if (ticket) tickets.push(ticket);
        }
      }),
    ),
  ]);
  // Not before all have ended: the remaining ones would call servers that have stopped.
  for (const result of results) if (result.status === "rejected") throw result.reason;
  await readFinalStates(context, tickets, random);
  return faultCounts;
}

/** Returns a fault that has happened least often; among several, the seed decides. */
function chooseFault(faults: readonly Fault[], happened: ReadonlyMap<string, number>, random: Random): Fault {
  const least = Math.min(...faults.map(({ kind }) => happened.get(kind) ?? 0));
  return random.oneOf(faults.filter(({ kind }) => (happened.get(kind) ?? 0) === least));
}

async function injectFault(
  { kind, effect, happen }: Fault,
  nodes: readonly ServiceNode[],
  random: Random,
  pace: Pace,
  history: History,
): Promise<void> {
  const start = nanoseconds();
  await happen(random, pace);
  await eventually(`all nodes serving again after "${kind}"`, async () => {
    const served = await Promise.all(nodes.map(isServing));
    return served.every((one) => one);
  });
  history.add({ op: "Fault", kind, effect, start, end: nanoseconds() });
}

/** Reports whether the node creates tickets, wherever their keys are. */
export async function isServing({ client }: CallableNode): Promise<boolean> {
  const app = callsOf(client, asApp("shop"));
  const created = await Promise.all(Array.from({ length: 8 }, () => app.createTicket()));
  return created.every(({ code }) => code === "OK");
}

/** Reads the stored states at the end of a run. */
export async function readFinalStates(
  { nodes, calls }: Pick<LoginContext, "nodes" | "calls">,
  tickets: readonly TicketCredentials[],
  random: Random,
): Promise<void> {
  const waiting = [...tickets];
  const readers = Array.from({ length: 16 }, async () => {
    for (let ticket = waiting.pop(); ticket; ticket = waiting.pop()) {
      const held = ticket;
      await eventually("a final read", async () => {
        const read = await calls.status({ process: "final reader", node: random.oneOf(nodes) }, held, true);
        return !read.isUnknown;
      });
    }
  });
  await Promise.all(readers);
}
