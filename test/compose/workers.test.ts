import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { createAppClient, TicketState } from "../../src/client/index.js";
import { restartDelayAfter } from "../../src/compose/workers/restart_delay.js";
import {
  asApp,
  asUser,
  type CreatedTicket,
  callsOf,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  scannedByText,
  watchOf,
} from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import { isListening, readyAddresses, startProcess, startQrlogin } from "../support/process.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { appSecrets } from "../support/server.js";
import { signInAlice } from "../support/sign_in_alice.js";
import { signToken } from "../support/tokens.js";
import {
  newClient,
  redisEnvironment,
  startHoldingProxy,
  startWorkersService,
  writeRedisConfig,
} from "../support/workers_service.js";

let redis: RedisProcess;

if (hasRedis) {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());
}

const aliceToken = await signToken("alice");
const draining = { code: "UNAVAILABLE", reason: "SERVER_DRAINING" };

/** Returns the log lines with this message. */
function logLinesOf(stdout: string, msg: string): Record<string, unknown>[] {
  const lines = stdout.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line)).filter((line) => line.msg === msg);
}

/** Creates a client of the app `shop`, whose watches reconnect after an interruption. */
function createWebsiteClient(address: string) {
  return createAppClient({ address, appId: "shop", appSecret: appSecrets.shop });
}

/** Watches on the app's connection until the ticket has this state. */
async function waitForState(address: string, ticket: CreatedTicket, state: TicketState): Promise<void> {
  const client = createWebsiteClient(address);
  for await (const status of client.watchStatus(ticket)) if (status.state === state) break;
  client.close();
}

describe.skipIf(!hasRedis)(`serve --workers${withoutRedis}`, { timeout: 120_000 }, () => {
  it("serves one login with two workers, whichever of them receives a call", async () => {
    const { running, clientOf } = await startWorkersService(2, writeRedisConfig(redis.url));
    const [one, two] = [await clientOf(1), await clientOf(2)];
    const app = { one: callsOf(one, asApp("shop")), two: callsOf(two, asApp("shop")) };
    const ticket = await createTestTicket(app.one);
    const watch = watchOf(two, asApp("shop"), ticket);
    expect((await watch.next())?.state).toBe(TicketState.PENDING);
    responseOrThrow(await callsOf(one, asUser(aliceToken)).markScanned(scannedByText(ticket.qrContent)));
    expect((await watch.next())?.state).toBe(TicketState.SCANNED);
    responseOrThrow(await callsOf(two, asUser(aliceToken)).authorize(ticket));
    const approved = await watch.next();
    expect(approved?.state).toBe(TicketState.AUTHORIZED);
    const exchangeTicket = approved?.exchangeTicket ?? "";
    const answers = [
      await app.one.exchangeUserInfo({ exchangeTicket }),
      await app.two.exchangeUserInfo({ exchangeTicket }),
    ];
    expect(answers.map(({ code, reason }) => reason ?? code)).toEqual(["OK", "TICKET_ALREADY_EXCHANGED"]);
    running.kill("SIGTERM");
    expect(await running.exited).toMatchObject({ code: 0, signal: null, stderr: "" });
  });

  it("logs once that it is ready, when all workers are, and adds the worker's number to its log lines", async () => {
    const { running, address } = await startWorkersService(3, writeRedisConfig(redis.url));
    running.kill("SIGTERM");
    const { stdout } = await running.exited;
    const messages = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    expect(messages.filter((msg) => msg === "ready")).toHaveLength(1);
    expect(messages.slice(0, messages.indexOf("ready")).filter((msg) => msg === "worker ready")).toHaveLength(
      3,
    );
    expect(logLinesOf(stdout, "ready")).toMatchObject([{ grpc: address, workers: 3, development: false }]);
    expect(logLinesOf(stdout, "worker stopped").map(({ worker }) => worker)).toEqual([1, 2, 3]);
  });

  it("restarts a killed worker, whose watches reconnect to another, while calls go on", async () => {
    const { running, address, clientOf, pidOf } = await startWorkersService(2, writeRedisConfig(redis.url));
    const two = await clientOf(2);
    const ticket = await createTestTicket(callsOf(two, asApp("shop")));
    const watches = [1, 2, 3, 4].map(() => waitForState(address, ticket, TicketState.SCANNED));
    const victim = await pidOf(1);
    process.kill(victim, "SIGKILL");
    const died = JSON.parse(await running.waitForLine('"msg":"worker exited unexpectedly and is restarted"'));
    expect(died).toMatchObject({
      worker: 1,
      workerPid: victim,
      code: null,
      signal: "SIGKILL",
      restartDelayMs: 0,
    });
    responseOrThrow(await callsOf(two, asUser(aliceToken)).markScanned(scannedById(ticket)));
    await Promise.all(watches);
    expect(await pidOf(1, 2)).not.toBe(victim);
    responseOrThrow(await callsOf(await clientOf(1), asApp("shop")).getStatus(ticket));
    running.kill("SIGTERM");
    expect(await running.exited).toMatchObject({ code: 0, stderr: "" });
  });

  it("closes a connection that was being passed to a worker when the worker was killed", async () => {
    const { running, address, pidOf } = await startWorkersService(2, writeRedisConfig(redis.url));
    process.kill(await pidOf(1), "SIGSTOP");
    // Each worker gets one connection. HTTP/2 servers send first.
    const [host, port] = address.split(":");
    const fates = [1, 2].map(async () => {
      const socket = connect(Number(port), host);
      const fate = await Promise.race([
        once(socket, "data").then(() => "served"),
        once(socket, "close").then(() => "cut off"),
      ]);
      socket.destroy();
      return fate;
    });
    expect(await Promise.race(fates)).toBe("served");
    process.kill(await pidOf(1), "SIGKILL");
    expect((await Promise.all(fates)).toSorted()).toEqual(["cut off", "served"]);
    running.kill("SIGTERM");
    expect((await running.exited).code).toBe(0);
  });

  it("restarts the only worker on the same port, with growing delays if it crashes again at once", async () => {
    const { running, address, pidOf } = await startWorkersService(1, writeRedisConfig(redis.url));
    for (const starts of [1, 2, 3]) process.kill(await pidOf(1, starts), "SIGKILL");
    await pidOf(1, 4);
    await createTestTicket(callsOf(newClient(address), asApp("shop")));
    running.kill("SIGTERM");
    const { code, stdout } = await running.exited;
    expect(code).toBe(0);
    const pauses = logLinesOf(stdout, "worker exited unexpectedly and is restarted").map(
      ({ restartDelayMs }) => Number(restartDelayMs),
    );
    expect(pauses).toHaveLength(3);
    expect(pauses).toEqual([...new Set(pauses)].toSorted((a, b) => a - b));
  });

  it("drains one worker after the other on a signal to the whole group, while the others serve", async () => {
    const gate = await startHoldingProxy(redis.port);
    const { running, address, clientOf } = await startWorkersService(2, writeRedisConfig(gate.url));
    const [one, two] = [await clientOf(1), await clientOf(2)];
    const approved = await createScannedTicket(callsOf(one, asApp("shop")), callsOf(one, asUser(aliceToken)));
    const ticket = await createTestTicket(callsOf(two, asApp("shop")));
    const events: string[] = [];
    const watches = [watchOf(one, asApp("shop"), ticket), watchOf(two, asApp("shop"), ticket)] as const;
    void watches[1].ended.then(() => events.push("the watch at the second worker"));
    for (const watch of watches) expect((await watch.next())?.state).toBe(TicketState.PENDING);
    const isHeld = gate.hold(approved.ticketId);
    const held = callsOf(one, asUser(aliceToken)).authorize(approved);
    void held.then(() => events.push("the call at the first worker"));
    await isHeld;

    // A terminal signals the whole group. npm then signals the parent once more.
    process.kill(-running.pid, "SIGINT");
    running.kill("SIGINT");
    expect(await watches[0].ended).toMatchObject(draining);
    const back = [1, 2].map(() => waitForState(address, ticket, TicketState.SCANNED));
    for (const client of [two, newClient(address), newClient(address)]) {
      await createTestTicket(callsOf(client, asApp("shop")));
    }
    responseOrThrow(await callsOf(two, asUser(aliceToken)).markScanned(scannedById(ticket)));
    await Promise.all(back);
    expect((await watches[1].next())?.state).toBe(TicketState.SCANNED);
    expect(events).toEqual([]);

    gate.release();
    expect(responseOrThrow(await held).state).toBe(TicketState.AUTHORIZED);
    expect(await watches[1].ended).toMatchObject(draining);
    const { code, signal, stdout, stderr } = await running.exited;
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: "" });
    expect(events).toEqual(["the call at the first worker", "the watch at the second worker"]);
    expect(logLinesOf(stdout, "worker stopped").map(({ worker }) => worker)).toEqual([1, 2]);
    expect(logLinesOf(stdout, "worker exited unexpectedly and is restarted")).toEqual([]);
    expect(await isListening(address)).toBe(false);
  });

  it("stops with exit code 0 on a signal to the whole group during the start, and leaves nothing behind", async () => {
    const running = startQrlogin(["serve", "--workers", "3"], redisEnvironment(redis.url));
    await running.waitForLine('"worker":1,"starts":1');
    process.kill(-running.pid, "SIGINT");
    expect(await running.exited).toMatchObject({ code: 0, signal: null });
  });

  it("stops at once on a second signal, with all workers", async () => {
    const gate = await startHoldingProxy(redis.port);
    const { running, address } = await startWorkersService(2, writeRedisConfig(gate.url));
    const client = newClient(address);
    const ticket = await createScannedTicket(
      callsOf(client, asApp("shop")),
      callsOf(client, asUser(aliceToken)),
    );
    const isHeld = gate.hold(ticket.ticketId);
    const held = callsOf(client, asUser(aliceToken)).authorize(ticket);
    await isHeld;
    const asking = setInterval(() => running.kill("SIGTERM"), 50);
    const { code } = await running.exited.finally(() => clearInterval(asking));
    expect(code).toBe(143);
    expect(await held).toMatchObject({ code: "UNAVAILABLE" });
    expect(await isListening(address)).toBe(false);
  });

  it("leaves no worker behind when the parent is killed, and each worker stops gracefully", async () => {
    const { running, address, clientOf } = await startWorkersService(2, writeRedisConfig(redis.url));
    const clients = [await clientOf(1), await clientOf(2)];
    const ticket = await createTestTicket(callsOf(newClient(address), asApp("shop")));
    const watches = clients.map((client) => watchOf(client, asApp("shop"), ticket));
    for (const watch of watches) await watch.next();
    running.kill("SIGKILL");
    for (const watch of watches) expect(await watch.ended).toMatchObject(draining);
    // This resolves when the last process has closed the pipe.
    expect(await running.exited).toMatchObject({ signal: "SIGKILL" });
    expect(await isListening(address)).toBe(false);
  });

  it("reloads the configuration of all workers on SIGHUP, also of those that start later", async () => {
    const configFile = writeRedisConfig(redis.url);
    const { running, address, clientOf, pidOf } = await startWorkersService(2, configFile);
    const setPolicy = (mode: string) => {
      const content = parse(readFileSync(configFile, "utf8"));
      writeFileSync(configFile, stringify({ ...content, policy: { checkCode: { mode } } }));
    };
    const [one, two] = [await clientOf(1), await clientOf(2)];
    setPolicy("sometimes");
    running.kill("SIGHUP");
    await running.waitForLine('"msg":"the configuration cannot be used; everything stays as it was"');
    for (const client of [one, two]) await createTestTicket(callsOf(client, asApp("shop")));
    setPolicy("always");
    running.kill("SIGHUP");
    await running.waitForLine('"msg":"configuration reloaded"');
    for (const client of [one, two]) {
      const create = () => callsOf(client, asApp("shop")).createTicket();
      await eventually(async () => expect((await create()).reason).toBe("POLICY_NOT_SUPPORTED"));
    }
    process.kill(await pidOf(1), "SIGKILL");
    await pidOf(1, 2);
    for (let tries = 0; tries < 4; tries++) {
      const { reason } = await callsOf(newClient(address), asApp("shop")).createTicket();
      expect(reason).toBe("POLICY_NOT_SUPPORTED");
    }
    running.kill("SIGTERM");
    expect(await running.exited).toMatchObject({ code: 0, stderr: "" });
  });

  it("runs one gateway in development mode, and signs with the same key in all workers", async () => {
    const running = startQrlogin(["serve", "--workers", "2"], redisEnvironment(redis.url));
    const { grpc, gateway } = await readyAddresses(running);
    expect((await signInAlice({ address: grpc }))?.userId).toBe("alice");
    const keys = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const channelOptions = { "grpc.use_local_subchannel_pool": 1 };
        const secrets = { appId: "demo-app", appSecret: "demo-secret" };
        const client = createAppClient({ address: grpc, ...secrets, channelOptions });
        return client.getSigningKeys().finally(() => client.close());
      }),
    );
    expect(new Set(keys.map(({ jwks }) => jwks)).size).toBe(1);
    const made = await fetch(`http://${gateway}/qrlogin/v1/tickets`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ appId: "demo-app" }),
    });
    expect(made.status).toBe(201);
    running.kill("SIGTERM");
    const { code, stderr, stdout } = await running.exited;
    expect(code).toBe(0);
    expect(stderr.match(/DEVELOPMENT MODE/g)).toHaveLength(1);
    const calls = logLinesOf(stdout, "call").filter(({ method }) => method === "GetSigningKeys");
    expect(new Set(calls.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    for (const address of [grpc, gateway]) expect(await isListening(address)).toBe(false);
  });

  it("stops when npm, which started it, gets a signal, and leaves nothing behind", async () => {
    const words = ["run", "--silent", "qrlogin", "--", "serve", "--workers", "2"];
    const npm = startProcess("npm", words, redisEnvironment(redis.url));
    const { grpc } = await readyAddresses(npm);
    npm.kill("SIGTERM");
    expect(await npm.exited).toMatchObject({ code: 0, signal: null });
    expect(await isListening(grpc)).toBe(false);
  });
});

describe("the delay before a worker is restarted", () => {
  it("is zero after the first crash of a worker, and then grows to half a minute", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 100].map(restartDelayAfter)).toEqual([
      0, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000,
    ]);
  });
});
