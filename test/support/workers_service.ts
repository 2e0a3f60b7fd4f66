import { connect, createServer, type Socket } from "node:net";
import { credentials } from "@grpc/grpc-js";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { logIdOf, sha256Hex } from "../../src/domain/secrets.js";
import { asApp, callsOf, createTestTicket } from "./callers.js";
import { temporaryFile } from "./config_files.js";
import {
  anyPortEnvironment,
  type EnvironmentVariables,
  type RunningProcess,
  readyAddress,
  startQrlogin,
} from "./process.js";
import { appSecrets } from "./server.js";
import { withTimeout } from "./timeout.js";
import { customers, customersJwks } from "./tokens.js";

/** Environment of a service in development mode with its tickets in this Redis, and with a long time-out. */
export function redisEnvironment(url: string): EnvironmentVariables {
  const store = { QRLOGIN_STORE_REDIS_URL: url, QRLOGIN_STORE_REDIS_TIMEOUT: "10s" };
  return { ...anyPortEnvironment, QRLOGIN_STORE_KIND: "redis", ...store };
}

/**
 * Writes a configuration file with the app `shop` and the pool `customers`, whose tickets are in this Redis.
 */
export function writeRedisConfig(url: string): string {
  const { id, issuer, audience } = customers;
  const keys = { jwksFile: temporaryFile("jwks.json", JSON.stringify(customersJwks)) };
  return temporaryFile(
    "qrlogin.yaml",
    stringify({
      grpc: { address: "127.0.0.1:0", shutdown: { gracePeriod: "2m" } },
      store: { kind: "redis", redis: { url, timeout: "1m" } },
      userPools: [{ id, issuer, audience, keys }],
      apps: [{ id: "shop", userPool: id, secretSha256: [sha256Hex(appSecrets.shop)] }],
    }),
  );
}

/** Service of several workers. */
export interface WorkersService {
  readonly running: RunningProcess;
  readonly address: string;
  /** Resolves with the process id of a worker after its n-th start. */
  pidOf(worker: number, starts?: number): Promise<number>;
  /** Resolves with a client whose connection belongs to this worker. */
  clientOf(worker: number): Promise<QrLoginServiceClient>;
}

/** Starts `qrlogin serve --workers` with {@link writeRedisConfig} and waits until it is ready. */
export async function startWorkersService(count: number, configFile: string): Promise<WorkersService> {
  const running = startQrlogin(["serve", "--config", configFile, "--workers", String(count)]);
  const address = await readyAddress(running);
  return {
    running,
    address,
    async pidOf(worker, starts = 1) {
      const line = await running.waitForLine(`"worker":${worker},"starts":${starts},`);
      return Number(JSON.parse(line).workerPid);
    },
    async clientOf(worker) {
      // Connections are distributed in turn.
      for (let tries = 0; tries < 4 * count; tries += 1) {
        const client = newClient(address);
        const { ticketId } = await createTestTicket(callsOf(client, asApp("shop")));
        const line = await running.waitForLine(`"ticket":"${logIdOf(ticketId)}"`);
        if (JSON.parse(line).worker === worker) return client;
      }
      throw new Error(`worker ${worker} received no connection`);
    },
  };
}

/** Creates a client with a separate connection to any worker. */
export function newClient(address: string): QrLoginServiceClient {
  const options = { "grpc.use_local_subchannel_pool": 1 };
  const client = new QrLoginServiceClient(address, credentials.createInsecure(), options);
  onTestFinished(() => client.close());
  return client;
}

/** Gate in front of Redis that can hold back responses on one connection. */
export interface HoldingProxy {
  readonly url: string;
  /**
   * Holds back all responses on the first connection on which this text is sent from now on. Resolves when that
   * has happened.
   */
  hold(text: string): Promise<void>;
  /** Lets everything through again. */
  release(): void;
}

/** Starts a gate in front of the Redis on this port of 127.0.0.1. It is stopped at the end of the test. */
export async function startHoldingProxy(redisPort: number): Promise<HoldingProxy> {
  let awaited: { readonly text: string; readonly heard: () => void } | undefined;
  let held: Socket | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(redisPort, "127.0.0.1");
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      // A cut connection reports an error. Only its end matters here.
      one.on("error", () => {});
      one.on("close", () => other.destroy());
    }
    socket.on("data", (chunk) => {
      if (awaited && chunk.includes(awaited.text)) {
        held = upstream.pause();
        awaited.heard();
        awaited = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => socket.write(chunk));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the gate has no port");
  return {
    url: `redis://127.0.0.1:${address.port}`,
    hold: (text) =>
      withTimeout(
        new Promise<void>((heard) => {
          awaited = { text, heard };
        }),
        `${text} on a connection to Redis`,
      ),
    release: () => void held?.resume(),
  };
}
