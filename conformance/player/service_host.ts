import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Service, startService } from "../../src/compose/service.js";
import { lifetimesOf } from "../../src/compose/store.js";
import { loadConfig } from "../../src/config/load_config.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import { createMemorySignInSwitch } from "../../src/store/memory/sign_in_switch.js";
import type { SignInSwitch } from "../../src/store/sign_in_switch.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import {
  authority,
  certificate,
  issuedCertificate,
  privateKey,
} from "../../test/support/fixed_certificates.js";
import { appEntry } from "../../test/support/server.js";
import { customers, staff, staffSecret } from "../../test/support/tokens.js";
import { type CallLog, createCallLog } from "./call_log.js";
import { createFaultyStore, type FaultyStore } from "./faulty_store.js";
import { type Issuer, startIssuer } from "./issuer.js";
import { createMovableClock, type MovableClock } from "./movable_clock.js";

/** The service under the player's control. Its tickets outlive a restart, as with Redis. */
export interface ServiceHost {
  readonly clock: MovableClock;
  readonly store: FaultyStore;
  readonly signInSwitch: SignInSwitch;
  readonly calls: CallLog;
  /** Issuer of the users of the pool `customers`. */
  readonly issuer: Issuer;
  /** File with the root certificate of a service with TLS. */
  readonly rootCertificates: string;
  /** File with a root certificate that has not signed the one of the service. */
  readonly foreignCertificates: string;
  /** Starts the service. Resolves with its address. */
  start(): Promise<string>;
  /** Stops the service gracefully, as at a deployment. */
  stop(): Promise<void>;
  /** Stops the service and releases everything. */
  dispose(): Promise<void>;
}

type Settings = Readonly<Record<string, unknown>>;

/** A build of the service: the source, or one with a change. */
export interface ServiceBuild {
  readonly startService: typeof startService;
  readonly createMemoryStore: typeof createMemoryStore;
  readonly StoreUnavailableError: typeof StoreUnavailableError;
}

const source: ServiceBuild = { startService, createMemoryStore, StoreUnavailableError };

/** Creates the service. It does not run yet. */
export async function createServiceHost(
  settings: Settings,
  hasTls: boolean,
  build: ServiceBuild = source,
): Promise<ServiceHost> {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-conformance-"));
  const rootCertificates = join(directory, "roots.pem");
  const certFile = join(directory, "server.pem");
  const keyFile = join(directory, "key.pem");
  const foreignCertificates = join(directory, "foreign.pem");
  writeFileSync(rootCertificates, authority);
  writeFileSync(foreignCertificates, certificate);
  writeFileSync(certFile, issuedCertificate);
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  const tls = hasTls ? { grpc: { tls: { certFile, keyFile } } } : {};
  const issuer = await startIssuer();
  const config = {
    ...writeConfig(directory, issuer.jwksUri, merge(tls, settings)),
    // A configuration file cannot request a key that is created at start.
    tokenIssuer: {
      issuer: "https://login.example.com/",
      keys: [{ generated: true as const }],
      tokenTtl: 3_600_000,
      profileInAccessToken: false,
    },
  };
  const calls = createCallLog();
  const clock = createMovableClock();
  const store = createFaultyStore(
    build.createMemoryStore({ clock, lifetimes: lifetimesOf(config.tickets), ...config.store }),
    build.StoreUnavailableError,
  );
  const signInSwitch = createMemorySignInSwitch();
  let service: Service | undefined;
  const stop = async () => {
    await service?.stop();
    service = undefined;
  };
  return {
    ...{ clock, store, signInSwitch, calls, issuer, rootCertificates, foreignCertificates, stop },
    async start() {
      service = await build.startService(config, calls.log, { clock, store, signInSwitch });
      return service.grpcAddress;
    },
    async dispose() {
      await stop();
      await store.dispose();
      issuer.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

function writeConfig(directory: string, jwksUri: string, settings: Settings) {
  const usual = {
    grpc: { address: "127.0.0.1:0" },
    // Scenarios read the status when they want to. The interval has one of its own.
    tickets: { minPollInterval: "0s" },
    userPools: [
      { id: customers.id, issuer: customers.issuer, audience: customers.audience, keys: { jwksUri } },
      { id: staff.id, issuer: staff.issuer, audience: staff.audience, keys: { hs256Secret: staffSecret } },
    ],
    apps: [
      appEntry("shop", "Example Shop", customers.id),
      appEntry("blog", "Example Blog", customers.id),
      appEntry("intranet", "Example Intranet", staff.id),
    ],
  };
  const file = join(directory, "qrlogin.yaml");
  writeFileSync(file, stringify(merge(usual, settings)));
  return loadConfig({ file, env: {} });
}

/** Returns the settings with the changes, section by section. A list replaces a list. */
function merge(settings: Settings, changes: Settings): Settings {
  const merged: Record<string, unknown> = { ...settings };
  for (const [key, value] of Object.entries(changes)) {
    const before = merged[key];
    merged[key] = isSection(before) && isSection(value) ? merge(before, value) : value;
  }
  return merged;
}

function isSection(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
