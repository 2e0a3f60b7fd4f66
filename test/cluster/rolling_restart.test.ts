import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, stringify } from "yaml";
import { createApproverClient } from "../../src/client/index.js";
import { openBrowser } from "../gateway/browser.js";
import { freePort } from "../support/free_port.js";
import { newHandleKey } from "../support/gateway.js";
import { hasRedis, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { appSecrets } from "../support/server.js";
import { withTimeout } from "../support/timeout.js";
import { signToken } from "../support/tokens.js";
import { type Balancer, startBalancer } from "./balancer.js";
import { eventually } from "./eventually.js";
import { writeConfig } from "./nodes.js";
import { createRestartable, type Restartable } from "./restartable.js";

/** Times of a stop: far shorter than in production, in the same order. */
const shutdown = { delay: "500ms", drainTime: "1s", gracePeriod: "5s" };

/** Number of people who sign in at a time, and the pause of each between two sign-ins, in milliseconds. */
const people = 8;
const pause = 100;

/** Only catches a hang: 15 processes start, on a machine that may be busy. */
const timeout = 300_000;

/**
 * An exchange that was in progress on a killed node: it took effect, and its response is lost. An exchange happens at
 * most once, so nothing can repeat it.
 */
const lostResponse = /^exchange: .*TICKET_ALREADY_EXCHANGED/;

interface Deployment {
  readonly nodes: readonly Restartable[];
  readonly gateways: readonly Restartable[];
  readonly balancer: Balancer;
  readonly nodeAddresses: string;
}

/** Starts three nodes on one Redis, two gateways and a balancer. */
async function deploy(): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-restart-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const redis = await startRedis();
  onTestFinished(() => redis.release());
  const serviceFile = writeConfig(folder, { url: redis.url, refreshInterval: "5s" });
  const service = parse(readFileSync(serviceFile, "utf8"));
  const grpc = { ...service.grpc, shutdown };
  // All people have one address.
  const limits = { ...service.policy.limits, ticketsPerAddress: 1_000_000 };
  const policy = { ...service.policy, limits };
  writeFileSync(serviceFile, stringify({ ...service, grpc, policy, metrics: { enabled: false } }));
  const addresses = [];
  for (let index = 0; index < 5; index++) addresses.push(`127.0.0.1:${await freePort()}`);
  const nodes = addresses.slice(0, 3).map((address, index) => {
    const args = ["serve", "--config", serviceFile];
    const file = join(folder, `node${index}.log`);
    return createRestartable(`node ${index}`, address, args, { QRLOGIN_GRPC_ADDRESS: address }, file);
  });
  const nodeAddresses = `ipv4:${addresses.slice(0, 3).join(",")}`;
  const gatewayFile = join(folder, "gateway.yaml");
  const gateway = {
    service: { address: nodeAddresses },
    apps: [{ id: "shop", secret: appSecrets.shop, exchangeFromBrowser: true, requireCodeChallenge: false }],
    handleKeys: [newHandleKey()],
    limits: { ticketsPerMinute: 1_000_000, callsPerMinute: 1_000_000 },
    shutdown,
    metrics: { enabled: false },
  };
  writeFileSync(gatewayFile, stringify({ gateway }));
  const gateways = addresses.slice(3).map((address, index) => {
    const args = ["gateway", "--config", gatewayFile];
    const file = join(folder, `gateway${index}.log`);
    return createRestartable(`gateway ${index}`, address, args, { QRLOGIN_GATEWAY_ADDRESS: address }, file);
  });
  const all = [...nodes, ...gateways];
  onTestFinished(async () => void (await Promise.all(all.map((one) => one.end("SIGKILL")))));
  await Promise.all(all.map((one) => one.start()));
  const balancer = await startBalancer(addresses.slice(3));
  await eventually("both gateways are ready", async () => balancer.readyCount() === 2);
  return { nodes, gateways, balancer, nodeAddresses };
}

/** Sign-ins that people make one after the other, until they are stopped. */
interface Load {
  readonly completed: number;
  /** Everything that a browser or a phone got instead of what it asked for. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

/**
 * Starts the load.
 *
 * @param isPatient Repeats a request that a browser may repeat, as the widget does. Otherwise each has one attempt.
 */
async function startLoad({ balancer, nodeAddresses }: Deployment, isPatient: boolean): Promise<Load> {
  const problems: string[] = [];
  let completed = 0;
  let isStopped = false;
  const token = await signToken("alice");
  const phone = createApproverClient({ address: nodeAddresses, token: () => token, deadlineMs: 20_000 });

  async function attempt<Result>(step: string, make: () => Promise<Result>): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await make();
      } catch (error) {
        if (!isPatient || tries === 10) throw new Error(`${step}: ${(error as Error).message}`);
        await sleep(300);
      }
    }
  }

  async function signIn(): Promise<void> {
    const browser = openBrowser(balancer.url);
    const created = await attempt("create", () => browser.create());
    const events = browser.events(created.handle);
    const read = async (state: string) => {
      for (let event = await events.next(); event !== undefined; event = await events.next()) {
        if (event.type === "problem" && !["GATEWAY_STOPPING"].includes(String(event.data.reason)))
          problems.push(`event: ${JSON.stringify(event.data)}`);
        if (event.data.state === state) return;
      }
      throw new Error(`the events ended before ${state}`);
    };
    // The tickets outlive the test, so without a bound a lost event would be a hang.
    const until = (state: string) => withTimeout(read(state), `the event ${state}`, 60_000);
    try {
      await until("PENDING");
      const scanned = { $case: "qrContent", value: created.qrContent } as const;
      await attempt("scan", () => phone.markScanned({ scanned }));
      await until("SCANNED");
      await attempt("authorize", () => phone.authorize({ ticketId: created.ticketId }));
      await until("AUTHORIZED");
      const { user } = await attempt("exchange", async () => {
        const { status, text, json } = await browser.exchange(created.handle);
        if (status !== 200) throw new Error(`${status} ${text}`);
        return json as { user?: { nickname?: string } };
      });
      if (user?.nickname !== "alice-nick") problems.push(`another user: ${JSON.stringify(user)}`);
      completed += 1;
    } finally {
      events.close();
    }
  }

  const loops = Array.from({ length: people }, async () => {
    while (!isStopped) {
      try {
        await signIn();
      } catch (error) {
        problems.push((error as Error).message);
      }
      await sleep(pause);
    }
  });
  return {
    get completed() {
      return completed;
    },
    problems,
    async stop() {
      isStopped = true;
      await Promise.all(loops);
      phone.close();
    },
  };
}

/** Restarts a process, and waits until it takes part again. */
async function restart(
  { gateways, balancer }: Deployment,
  restarted: Restartable,
  signal: "SIGTERM" | "SIGKILL",
): Promise<void> {
  const code = await restarted.end(signal);
  if (signal === "SIGTERM") expect([restarted.name, code]).toEqual([restarted.name, 0]);
  await restarted.start();
  if (gateways.includes(restarted))
    await eventually(`${restarted.name} is ready`, async () => balancer.readyCount() === gateways.length);
  // As an orchestrator that waits for some seconds after a node is ready.
  else await eventually(`${restarted.name} serves`, async () => restarted.log().includes('"method":"'));
}

const orders: readonly (readonly [string, (deployment: Deployment) => readonly Restartable[]])[] = [
  ["nodes first", ({ nodes, gateways }) => [...nodes, ...gateways]],
  ["gateways first", ({ nodes, gateways }) => [...gateways, ...nodes]],
  [
    "alternately",
    ({ nodes: [a, b, c], gateways: [x, y] }) => [a, x, b, y, c].filter((one) => one !== undefined),
  ],
];

describe.skipIf(!hasRedis)(`three nodes and two gateways under load${withoutRedis}`, () => {
  test("a rolling restart in any order loses no sign-in and shows no browser an error", {
    timeout,
  }, async () => {
    const deployment = await deploy();
    const load = await startLoad(deployment, false);
    const rows: string[] = [];
    for (const [name, orderOf] of orders) {
      const before = load.completed;
      const start = performance.now();
      for (const restarted of orderOf(deployment)) await restart(deployment, restarted, "SIGTERM");
      // Fails with what went wrong so far, rather than at the end.
      expect(load.problems).toEqual([]);
      rows.push(
        `${name}: ${load.completed - before} sign-ins in ${Math.round(performance.now() - start)} ms`,
      );
      expect(load.completed).toBeGreaterThan(before);
    }
    await load.stop();
    console.info(rows.join("\n"));
    expect(load.problems).toEqual([]);
  });

  test("a node and a gateway that are killed lose no sign-in but an exchange in progress", {
    timeout,
  }, async () => {
    const deployment = await deploy();
    const load = await startLoad(deployment, true);
    for (const restarted of [deployment.nodes[0], deployment.gateways[0]]) {
      if (restarted) await restart(deployment, restarted, "SIGKILL");
    }
    await load.stop();
    expect(load.completed).toBeGreaterThan(0);
    expect(load.problems.filter((problem) => !lostResponse.test(problem))).toEqual([]);
    expect(load.problems.length).toBeLessThanOrEqual(people);
  });
});
