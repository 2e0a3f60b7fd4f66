import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { credentials } from "@grpc/grpc-js";
import { pino } from "pino";
import { stringify } from "yaml";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Clock, systemClock } from "../../src/base/clock.js";
import { type Service, startService } from "../../src/compose/service.js";
import { lifetimesOf } from "../../src/compose/store.js";
import type { Config, TokenIssuerConfig } from "../../src/config/config.js";
import { loadConfig } from "../../src/config/load_config.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { redaction } from "../../src/log/redaction.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import type { SignInSwitch } from "../../src/store/sign_in_switch.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { createCountingClock } from "./counting_clock.js";
import { withTimeout } from "./timeout.js";
import { customers, customersJwks, staff, staffSecret } from "./tokens.js";

/** Two apps of the pool `customers` and one of the pool `staff`, with their secrets. */
export const appSecrets = {
  shop: "secret-of-the-shop",
  blog: "secret-of-the-blog",
  intranet: "secret-of-the-intranet",
} as const;

export type TestApp = keyof typeof appSecrets;

/** Token issuer of the usual test server. */
export const tokenIssuer: TokenIssuerConfig = {
  issuer: "https://login.example.com/",
  keys: [{ generated: true }],
  tokenTtl: 3_600_000,
  profileInAccessToken: false,
};

/** Overrides of the usual test server. */
export interface TestServerOptions {
  /** Top-level keys of the configuration file that replace the usual ones. */
  readonly settings?: Record<string, unknown>;
  /** Changes to the pool `customers`. */
  readonly pool?: Record<string, unknown>;
  /** Token issuer. Defaults to {@link tokenIssuer}; false means none. */
  readonly tokenIssuer?: TokenIssuerConfig | false;
  readonly clock?: Clock;
  /** Log level. Defaults to `trace`, which logs every line separately. */
  readonly logLevel?: "info" | "trace";
  /** Wraps or replaces the embedded store. */
  readonly store?: (embedded: TicketStore) => TicketStore;
  /** Switch in place of the embedded one. */
  readonly signInSwitch?: SignInSwitch;
  /** Build of the service. Defaults to the source. */
  readonly build?: {
    readonly startService: typeof startService;
    readonly createMemoryStore: typeof createMemoryStore;
  };
}

/** Line of the log. */
export type LogLine = Record<string, unknown> & { readonly msg: string };

/** Real service on a free port. */
export interface TestServer {
  readonly address: string;
  readonly config: Config;
  readonly service: Service;
  /** Log so far, one object per line. */
  readonly lines: readonly LogLine[];
  /** Returns the log so far, as written. */
  logText(): string;
  /** Creates a client with a separate connection, which `stop` closes if the test has not. */
  newClient(options?: object): QrLoginServiceClient;
  /** Client that callers share. */
  readonly client: QrLoginServiceClient;
  /** Stops the server. Throws if a subscription, a timer or a connection is left. */
  stop(): Promise<void>;
}

const source = { startService, createMemoryStore };

/** Starts the real service with test identities. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const socketsBefore = countOpenSockets();
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-server-"));
  const { tokenIssuer: issuerOption = tokenIssuer, logLevel: level = "trace", build = source } = options;
  // A configuration file cannot request a key that is created at start.
  const config: Config = { ...writeConfig(directory, options), tokenIssuer: issuerOption || undefined };
  const written: string[] = [];
  const log = pino({ level, redact: redaction }, { write: (line) => void written.push(line) });
  const clock = createCountingClock(options.clock ?? systemClock);
  const embedded = build.createMemoryStore({
    clock,
    lifetimes: lifetimesOf(config.tickets),
    ...config.store,
  });
  const store = createCountingStore((options.store ?? ((it) => it))(embedded));
  const { signInSwitch } = options;
  const service = await build.startService(config, log, {
    clock,
    store,
    search: embedded,
    ...(signInSwitch && { signInSwitch }),
  });

  const clients = new Set<QrLoginServiceClient>();
  function newClient(clientOptions: object = {}): QrLoginServiceClient {
    const client = new QrLoginServiceClient(service.grpcAddress, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
      ...clientOptions,
    });
    clients.add(client);
    return client;
  }

  async function stop(): Promise<void> {
    const timersBefore = clock.pending();
    for (const client of clients) client.close();
    await withTimeout(
      service.stop(),
      "the stop of the service: a call is still running, or a resource is still open",
    );
    rmSync(directory, { recursive: true });
    const timers = [...clock.pending()].filter((timer) => timersBefore.has(timer)).length;
    const left = {
      subscriptions: store.subscriptions(),
      timers,
      sockets: await countLeakedSockets(socketsBefore),
    };
    if (Object.values(left).some((count) => count > 0)) {
      throw new Error(`the server left ${JSON.stringify(left)}`);
    }
  }

  return {
    address: service.grpcAddress,
    config,
    service,
    get lines() {
      return written.map((line) => JSON.parse(line) as LogLine);
    },
    logText: () => written.join(""),
    newClient,
    client: newClient(),
    stop,
  };
}

function writeConfig(directory: string, { settings, pool }: TestServerOptions): Config {
  const jwksFile = join(directory, "jwks.json");
  writeFileSync(jwksFile, JSON.stringify(customersJwks));
  const content = {
    grpc: { address: "127.0.0.1:0" },
    // Far longer than any wait of a test, so that no heartbeat delivers what a change should have delivered.
    watch: { heartbeatInterval: "5m" },
    userPools: [
      {
        id: customers.id,
        issuer: customers.issuer,
        audience: customers.audience,
        keys: { jwksFile },
        additionalClaims: ["department"],
        ...pool,
      },
      { id: staff.id, issuer: staff.issuer, audience: staff.audience, keys: { hs256Secret: staffSecret } },
    ],
    apps: [
      appEntry("shop", "Example Shop", customers.id),
      appEntry("blog", "Example Blog", customers.id),
      appEntry("intranet", "Example Intranet", staff.id),
    ],
    ...settings,
    // Tests read the status at a clock that stands still. The interval has its own tests.
    tickets: { minPollInterval: "0s", ...(settings?.tickets as object | undefined) },
  };
  const file = join(directory, "qrlogin.yaml");
  writeFileSync(file, stringify(content));
  return loadConfig({ file, env: {} });
}

/** Returns the entry of an app in the configuration file. */
export function appEntry(id: TestApp, name: string, userPool: string): object {
  const logoUrl = `https://${id}.example.com/logo.svg`;
  return { id, name, logoUrl, userPool, secretSha256: [sha256Hex(appSecrets[id])] };
}

function createCountingStore(store: TicketStore): TicketStore & { subscriptions(): number } {
  let count = 0;
  return {
    create: (ticket) => store.create(ticket),
    get: (id) => store.get(id),
    replace: (ticket, expectedWriteId) => store.replace(ticket, expectedWriteId),
    async subscribe(id, onChange) {
      const unsubscribe = await store.subscribe(id, onChange);
      count += 1;
      return () => {
        count -= 1;
        unsubscribe();
      };
    },
    close: () => store.close(),
    subscriptions: () => count,
  };
}

function countOpenSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind.startsWith("TCP")).length;
}

/**
 * Resolves with the number of open sockets above `before`, after waiting up to five seconds for them to close.
 */
async function countLeakedSockets(before: number): Promise<number> {
  const deadline = performance.now() + 5_000;
  while (countOpenSockets() > before && performance.now() < deadline) await turn();
  return Math.max(0, countOpenSockets() - before);
}
