import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { credentials } from "@grpc/grpc-js";
import { stringify } from "yaml";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { programArgs } from "../support/program.js";
import { freePort } from "../support/redis/redis_process.js";
import { appSecrets } from "../support/server.js";
import { customers, customersJwks } from "../support/tokens.js";
import { eventually } from "./eventually.js";

// Every child process, here and for Redis, has a listener that ends it with this process.
process.setMaxListeners(10_000);

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A server, with clients that call no other server. */
export interface CallableNode {
  readonly name: string;
  /** Client whose calls end after {@link callDeadline} seconds. It retries nothing. */
  readonly client: QrLoginServiceClient;
  /** Client for streams, which have no deadline, on a separate connection. */
  readonly watching: QrLoginServiceClient;
}

/** A server in a separate process. */
export interface ServiceNode extends CallableNode {
  /** Ends the process at once (SIGKILL). */
  kill(): Promise<void>;
  /** Starts the process again, repeatedly while the store is unreachable. Resolves when it is ready. */
  start(): Promise<void>;
  /** Stops it for good. */
  release(): Promise<void>;
}

/** Deadline of calls in seconds: far longer than an unreachable store may take to be reported. */
export const callDeadline = 10;

/** Writes the configuration that all nodes share to a file in the folder, and returns its path. */
export function writeConfig(folder: string, redis: object): string {
  const jwksFile = join(folder, "jwks.json");
  writeFileSync(jwksFile, JSON.stringify(customersJwks));
  const file = join(folder, "qrlogin.yaml");
  const content = {
    store: { kind: "redis", redis: { refreshInterval: "0s", ...redis } },
    // Tickets outlive the run, except those with a short lifetime of their own.
    tickets: {
      ...{ ttl: "1h", minTtl: "1s", maxTtl: "1h", authorizedTtl: "1h", retention: "2h" },
      minPollInterval: "0s",
    },
    // A few users make all calls, as fast as they can.
    policy: {
      limits: {
        ...{ scansPerApprover: 1_000_000, scansInProgress: 10_000, declinesPerApprover: 1_000_000 },
        ...{ missesPerApp: 1_000_000, missesPerApprover: 1_000_000, ticketsPerApp: 1_000_000 },
      },
    },
    // Only a change notification or a reconnection makes a watch read in time.
    watch: { heartbeatInterval: "5m" },
    userPools: [
      { id: customers.id, issuer: customers.issuer, audience: customers.audience, keys: { jwksFile } },
    ],
    apps: [{ id: "shop", userPool: customers.id, secretSha256: [sha256Hex(appSecrets.shop)] }],
  };
  writeFileSync(file, stringify(content));
  return file;
}

/** Starts `qrlogin serve` in a separate process. Its log is `NAME.log` in the folder. */
export async function startNode(name: string, folder: string, configFile: string): Promise<ServiceNode> {
  const address = `127.0.0.1:${await freePort()}`;
  const logFile = join(folder, `${name}.log`);
  const inherited = Object.entries(process.env).filter(([key]) => !/^(QRLOGIN_|NODE_ENV$|npm_)/i.test(key));
  const env = { ...Object.fromEntries(inherited), QRLOGIN_GRPC_ADDRESS: address };
  const args = [...programArgs("src/main.ts"), "serve", "--config", configFile];
  let child: ChildProcess | undefined;
  let isReleased = false;

  async function kill(): Promise<void> {
    if (!child || isOver(child)) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async function start(): Promise<void> {
    await eventually(`${name} is ready`, async () => {
      const log = openSync(logFile, "a");
      const before = readFileSync(logFile, "utf8").length;
      const started = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", log, log] });
      process.once("exit", () => started.kill("SIGKILL"));
      child = started;
      while (!isOver(started) && !isReleased) {
        if (readFileSync(logFile, "utf8").slice(before).includes('"msg":"ready"')) return true;
        await sleep(25);
      }
      return isReleased;
    });
  }

  await start();
  const { close, ...clients } = clientsOf(address);
  return {
    name,
    ...clients,
    kill,
    start,
    async release() {
      isReleased = true;
      close();
      await kill();
    },
  };
}

/** Creates clients of the server at the address. */
export function clientsOf(address: string) {
  const plain = credentials.createInsecure();
  const client = new QrLoginServiceClient(address, plain, { ...channel, ...deadlines });
  const watching = new QrLoginServiceClient(address, plain, channel);
  return {
    client,
    watching,
    close() {
      client.close();
      watching.close();
    },
  };
}

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const channel = {
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_retries": 0,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 300,
};

const unary = [
  "CreateTicket",
  "GetStatus",
  "MarkScanned",
  "Authorize",
  "Cancel",
  "Withdraw",
  "ExchangeUserInfo",
];

const deadlines = {
  "grpc.service_config": JSON.stringify({
    methodConfig: [
      {
        name: unary.map((method) => ({ service: "qrlogin.v1.QrLoginService", method })),
        timeout: `${callDeadline}s`,
      },
    ],
  }),
};
