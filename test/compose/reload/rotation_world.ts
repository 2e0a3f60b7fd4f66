import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { systemClock } from "../../../src/base/clock.js";
import { createApproverClient } from "../../../src/client/index.js";
import { startGatewayFromConfig } from "../../../src/compose/gateway.js";
import type { Reloadable } from "../../../src/compose/reload/reloadable.js";
import { createReloader } from "../../../src/compose/reload/reloader.js";
import { startService } from "../../../src/compose/service.js";
import { type ConfigSources, readConfig } from "../../../src/config/load_config.js";
import { redaction } from "../../../src/log/redaction.js";
import { type Browser, type Created, openBrowser } from "../../gateway/browser.js";
import { customers, customersJwks, signToken } from "../../support/tokens.js";

/** A process that a test can reload. */
interface ReloadableProcess {
  /** Reloads. Rejects with the log if the reload fails. */
  reload(): Promise<void>;
}

/** A gateway in front of the service. */
export interface RotationGateway extends ReloadableProcess {
  readonly url: string;
}

/** A sign-in that has begun in a browser: its code is shown. */
export interface BegunSignIn {
  readonly created: Created;
  readonly browser: Browser;
  /** Scans, approves and exchanges it, by this gateway instead of its own. Resolves with the ID token. */
  complete(gateway?: RotationGateway): Promise<string>;
}

/** A service and two gateways, whose secrets are in files. */
export interface RotationWorld {
  readonly folder: string;
  readonly service: ReloadableProcess & { readonly address: string };
  readonly gateways: readonly [RotationGateway, RotationGateway];
  /** Replaces the content of a file at once. */
  write(name: string, text: string): void;
  begin(gateway: RotationGateway): Promise<BegunSignIn>;
  /** Fetches the key set of a gateway, and returns a check of ID tokens by this key set. */
  fetchKeySet(gateway: RotationGateway): Promise<(idToken: string) => Promise<string | undefined>>;
  /** Everything that was logged. */
  logText(): string;
}

/** Creates a private key in PEM. */
export const newSigningKey = (): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ format: "pem", type: "pkcs8" })
    .toString();

/** Contents of the files at the start. The gateways have a file of the app's secret each. */
export interface RotationFiles {
  readonly digests: string;
  readonly "secret-1": string;
  readonly "secret-2": string;
  readonly "handle-keys-1": string;
  readonly "handle-keys-2": string;
}

export const issuer = "https://login.example.com/";

/** Starts the processes with these files, and with one signing key. */
export async function startRotationWorld(files: RotationFiles): Promise<RotationWorld> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-rotation-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = (name: string) => join(folder, name);
  const write = (name: string, text: string) => {
    writeFileSync(path(`${name}.new`), text);
    renameSync(path(`${name}.new`), path(name));
  };
  for (const [name, text] of Object.entries(files)) write(name, `${text}\n`);
  write("jwks.json", JSON.stringify(customersJwks));
  write("token-1.pem", newSigningKey());
  write("service.yaml", serviceConfig(folder, ["token-1.pem"]));
  let log = "";
  const logger = pino(
    { level: "trace", redact: redaction },
    {
      write(line) {
        log += line;
      },
    },
  );

  async function start<Running extends Reloadable & { stop(): Promise<unknown> }>(
    process: "service" | "gateway",
    file: string,
    run: (config: Extract<ReturnType<typeof readConfig>, { config: unknown }>["config"]) => Promise<Running>,
  ): Promise<Running & ReloadableProcess> {
    const sources: ConfigSources = { file, env: {}, purpose: process === "gateway" ? "gateway" : "serve" };
    const reading = readConfig(sources);
    if ("error" in reading) throw reading.error;
    const { config, files: watched } = reading;
    const running = await run(config);
    const reloader = createReloader({
      ...{
        process,
        config,
        files: watched,
        read: () => readConfig(sources),
        clock: systemClock,
      },
    });
    let onResult: (result: string) => void = () => {};
    reloader.start(running, logger, (result) => onResult(result));
    onTestFinished(async () => {
      reloader.close();
      await running.stop();
    });
    return {
      ...running,
      reload: () =>
        new Promise((resolve, reject) => {
          onResult = (result) => (result === "success" ? resolve() : reject(new Error(log.slice(-2_000))));
          reloader.request();
        }),
    };
  }

  const service = await start("service", path("service.yaml"), (config) => startService(config, logger));
  const address = service.grpcAddress;
  const startGateway = async (number: 1 | 2): Promise<RotationGateway> => {
    write(`gateway-${number}.yaml`, gatewayConfig(folder, number, address));
    const gateway = await start("gateway", path(`gateway-${number}.yaml`), async ({ gateway: config }) => {
      if (!config) throw new Error("there is no gateway section");
      return startGatewayFromConfig(config, logger, { demo: false, metrics: undefined });
    });
    return { url: `http://${gateway.address}`, reload: gateway.reload };
  };
  const gateways = [await startGateway(1), await startGateway(2)] as const;
  const phone = createApproverClient({ address, token: () => signToken("alice") });
  onTestFinished(() => phone.close());

  return {
    folder,
    service: { address, reload: service.reload },
    gateways,
    write,
    logText: () => log,
    async begin(gateway) {
      const browser = openBrowser(gateway.url);
      const created = await browser.create();
      return {
        ...{ created, browser },
        async complete(other = gateway) {
          await phone.markScanned({ scanned: { $case: "qrContent", value: created.qrContent } });
          await phone.authorize({ ticketId: created.ticketId });
          const elsewhere = { ...openBrowser(other.url), cookies: browser.cookies };
          const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
          const answer = await elsewhere.exchange(created.handle, { cookie });
          if (answer.status !== 200) throw new Error(`exchange failed: ${answer.status} ${answer.text}`);
          return (answer.json.tokenSet as { idToken: string }).idToken;
        },
      };
    },
    async fetchKeySet(gateway) {
      const { json } = await openBrowser(gateway.url).get("/.well-known/jwks.json");
      const keySet = createLocalJWKSet(json as unknown as JSONWebKeySet);
      return async (idToken) => (await jwtVerify(idToken, keySet, { issuer })).protectedHeader.kid;
    },
  };
}

/** Returns the configuration of the service with these signing keys, of which the first signs. */
export function serviceConfig(folder: string, signingKeys: readonly string[]): string {
  const { id, issuer: poolIssuer, audience } = customers;
  return stringify({
    grpc: { address: "127.0.0.1:0" },
    ...{ metrics: { enabled: false }, reload: { interval: "0s" } },
    userPools: [{ id, issuer: poolIssuer, audience, keys: { jwksFile: join(folder, "jwks.json") } }],
    apps: [{ id: "shop", userPool: id, secretSha256File: join(folder, "digests") }],
    tokenIssuer: { issuer, keys: signingKeys.map((name) => ({ file: join(folder, name) })) },
  });
}

function gatewayConfig(folder: string, number: 1 | 2, address: string): string {
  return stringify({
    reload: { interval: "0s" },
    gateway: {
      ...{ address: "127.0.0.1:0", service: { address }, metrics: { enabled: false } },
      apps: [{ id: "shop", secretFile: join(folder, `secret-${number}`), exchangeFromBrowser: true }],
      handleKeysFile: join(folder, `handle-keys-${number}`),
    },
  });
}
