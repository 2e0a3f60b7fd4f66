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

/** How much of what. */
export interface RunOptions {
  readonly topology: Topology;
  readonly seed: number;
  /** At least so many; and each kind of fault happens once at least. */
  readonly operations: number;
  /** Logins at a time. */
  readonly logins: number;
  /** The longest pause of somebody who thinks: in it each login makes so many calls, on average. */
  readonly thinking: number;
  /** How many calls each login makes between two faults, on average and at most. */
  readonly calm: number;
  /** Without them nothing may be lost or unclear. True by default. */
  readonly withFaults?: boolean;
}

/** What came of a run. */
export interface RunReport {
  readonly topology: string;
  readonly seed: number;
  readonly verdict: Verdict;
  /** How often each kind of fault happened. */
  readonly faults: ReadonlyMap<string, number>;
  readonly seconds: number;
  /** History, log and pictures; kept only where a promise was broken. */
  readonly folder: string;
}

/** Three nodes on this deployment, in a folder of their own. */
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

/** Starts everything, lets logins race and faults happen, and has the checker judge. */
export async function runFaults(options: RunOptions): Promise<RunReport> {
  const { topology, seed } = options;
  const began = performance.now();
  const deployment = await topology.start();
  try {
    const site = await startNodeCluster(deployment.redis);
    try {
      const history = startHistory(join(site.folder, "history.jsonl"));
      const known = deployment.faults.concat(nodeKilled(site.nodes));
      const faults = options.withFaults === false ? [] : known;
      const happened = await runLoad(site.nodes, history, faults, options);
      await history.close();
      const verdict = await check(history.path, topology.level, site.folder);
      if (verdict.violationCount === 0) rmSync(site.folder, { recursive: true, force: true });
      const seconds = Math.round((performance.now() - began) / 1_000);
      return { topology: topology.name, seed, verdict, faults: happened, seconds, folder: site.folder };
    } finally {
      await site.release();
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
  const stage: LoginContext = { nodes, calls, history, logins, thinking };
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
  const parts = await Promise.allSettled([
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
          const ticket = await runLogin(stage, `login-${index}-${count}`, choice);
          if (ticket) tickets.push(ticket);
        }
      }),
    ),
  ]);
  // Not before all have come to rest: who is left over would call servers that are gone.
  for (const part of parts) if (part.status === "rejected") throw part.reason;
  await readFinalStates(stage, tickets, random);
  return faultCounts;
}

/** One that has happened least; which of those, the seed says. */
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
  await eventually(`all nodes serve again after "${kind}"`, async () => {
    const served = await Promise.all(nodes.map(isServing));
    return served.every((one) => one);
  });
  history.add({ op: "Fault", kind, effect, start, end: nanoseconds() });
}

/** Whether the node makes tickets, wherever their keys lie. */
export async function isServing({ client }: CallableNode): Promise<boolean> {
  const app = callsOf(client, asApp("shop"));
  const made = await Promise.all(Array.from({ length: 8 }, () => app.createTicket()));
  return made.every(({ code }) => code === "OK");
}

/** Reads what is stored when all is over. */
export async function readFinalStates(
  { nodes, calls }: Pick<LoginContext, "nodes" | "calls">,
  tickets: readonly TicketCredentials[],
  random: Random,
): Promise<void> {
  const waiting = [...tickets];
  const readers = Array.from({ length: 16 }, async () => {
    for (let ticket = waiting.pop(); ticket; ticket = waiting.pop()) {
      const held = ticket;
      await eventually("a last reading", async () => {
        const read = await calls.status({ process: "last reader", node: random.oneOf(nodes) }, held, true);
        return !read.isUnknown;
      });
    }
  });
  await Promise.all(readers);
}
