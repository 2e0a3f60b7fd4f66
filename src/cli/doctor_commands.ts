import { readFileSync } from "node:fs";
import { versions } from "node:process";
import { type Command, InvalidArgumentError } from "commander";
import { createOutgoingRequests } from "../auth/outgoing/outgoing_requests.js";
import { createTokenSigner } from "../auth/signing/token_signer.js";
import { isTrustworthyHost } from "../base/address.js";
import { systemClock } from "../base/clock.js";
import { tlsOf } from "../compose/gateway.js";
import type { Config } from "../config/config.js";
import { configFileVariable } from "../config/environment.js";
import { loadConfig } from "../config/load_config.js";
import type { GatewaySignIn } from "../doctor/checks/gateway_sign_in.js";
import type { SignInParties } from "../doctor/checks/sign_in.js";
import { configChecks, serviceChecks } from "../doctor/doctor.js";
import type { CheckContext, Finding } from "../doctor/finding.js";
import { formatFindings, formatFindingsAsJson, hasFailed } from "../doctor/format_findings.js";
import { localEndpointOf } from "../doctor/gateway_endpoint.js";
import { runChecks } from "../doctor/run_checks.js";
import { explainToken } from "../doctor/token/explain_token.js";
import { readServiceTls, type ServiceTlsOptions, withServiceTls } from "./service_tls.js";

/** The parts of its process that a command of the doctor uses. */
interface DoctorEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(text: string): void;
}

/** Error of a command that has printed its findings already, of which one has failed. */
export class FailedChecksError extends Error {
  constructor() {
    super("a check has failed");
    this.name = "FailedChecksError";
  }
}

/** Options of commands that print findings. */
export interface ReportOptions {
  readonly json?: true;
  readonly timeout: number;
}

interface DoctorOptions extends ReportOptions, ServiceTlsOptions {
  readonly config?: string;
  readonly app?: string;
  readonly appSecretFile?: string;
  readonly service?: string;
  readonly userTokenFile?: string;
  readonly gateway?: string;
}

/** Adds the commands that check a configuration and a token against reality. */
export function addDoctorCommands(root: Command, environment: DoctorEnvironment): void {
  withServiceTls(withReport(root.command("doctor")))
    .description("check a configuration against reality: network, issuers, Redis, certificates, sign-in")
    .option("--config <file>", `configuration file (also: ${configFileVariable})`)
    .option("--user-token-file <file>", "user token for a whole sign-in; - reads standard input")
    .option("--app <id>", "app of the whole sign-in; by default the first one of the gateway, or of apps")
    .option("--app-secret-file <file>", "secret of that app, if the configuration has no gateway")
    .option("--service <address>", "address of the service; by default the gateway's, or grpc.address")
    .option(
      "--gateway <url>",
      "address under which pages reach the gateway; by default gateway.address",
      parseUrl,
    )
    .action(async (options: DoctorOptions) => {
      const config = loadChecked(options.config, environment);
      const signIn = signInPartiesOf(config, options);
      const context = await contextOf(config, options);
      const findings = await runChecks(await checksOf(config), context);
      // Afterwards, because the check of a port listens there for a moment to see whether it is free.
      const checks = serviceChecks(config, {
        gatewayTls: config.gateway && tlsOf(config.gateway.service).tls,
        signIn,
        gatewaySignIn: gatewaySignInOf(config, signIn, options),
      });
      report([...findings, ...(await runChecks(checks, context))], options, environment);
    });

  withReport(root.command("check-token"))
    .description("say why a user's token is accepted or refused; reads it from standard input")
    .option("--config <file>", `configuration file (also: ${configFileVariable})`)
    .option("--pool <id>", "user pool that the token should belong to")
    .option("--token-file <file>", "file with the token, in place of standard input", "-")
    .action(async (options: ReportOptions & { config?: string; pool?: string; tokenFile: string }) => {
      const config = loadChecked(options.config, environment);
      const token = readSecret(options.tokenFile);
      const signer = await signerOf(config);
      const findings = await explainToken(
        token,
        { ...config, pool: options.pool, signer },
        await contextOf(config, options),
      );
      report(findings, options, environment);
    });
}

/** Runs the checks of a configuration that need no running service, and prints them. */
export async function checkConfigOnline(
  config: Config,
  options: ReportOptions,
  environment: DoctorEnvironment,
): Promise<void> {
  report(await runChecks(await checksOf(config), await contextOf(config, options)), options, environment);
}

/** Adds the options of a report to a command. */
export function withReport(command: Command): Command {
  return command
    .option("--json", "print JSON, for machines")
    .option("--timeout <seconds>", "time-out of each request", parseTimeout, 5);
}

function parseTimeout(text: string): number {
  const seconds = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("Use a whole number of seconds from 1 to 999.");
}

const contextOf = async (config: Config, { timeout }: ReportOptions): Promise<CheckContext> => ({
  clock: systemClock,
  timeout: timeout * 1_000,
  outgoing: await createOutgoingRequests(config.outgoing),
});

function loadChecked(file: string | undefined, { env }: DoctorEnvironment): Config {
  if ((file ?? env[configFileVariable]) === undefined) {
    throw new Error(`name the configuration file with --config or ${configFileVariable}`);
  }
  return loadConfig({ file, env, purpose: "diagnose" });
}

const signerOf = async ({ tokenIssuer }: Config) =>
  tokenIssuer && (await createTokenSigner(tokenIssuer, systemClock));

const checksOf = async (config: Config) =>
  configChecks(config, { nodeVersion: versions.node, signer: await signerOf(config) });

function signInPartiesOf(
  config: Config,
  options: DoctorOptions,
): SignInParties | { readonly missing: string } {
  const { userTokenFile, app: appId, appSecretFile, service } = options;
  const ownTls = readServiceTls(options);
  if (userTokenFile === undefined) return { missing: "no user token was given (--user-token-file)" };
  const { gateway } = config;
  const known = gateway?.apps.find(({ id }) => appId === undefined || id === appId);
  const id = appId ?? known?.id ?? config.apps[0]?.id;
  if (id === undefined) throw new Error("name the app of the sign-in with --app");
  const secret = appSecretFile === undefined ? known?.secret : readSecret(appSecretFile);
  // The certificates of the gateway are for the service that it calls. Options replace them one by one.
  const gatewayTls = service === undefined && gateway ? tlsOf(gateway.service).tls : undefined;
  const tls = ownTls && { ...(typeof gatewayTls === "function" && gatewayTls()), ...ownTls };
  const hasCertificate = ownTls?.certChain !== undefined || (known !== undefined && service === undefined);
  if (secret === undefined && !hasCertificate) {
    throw new Error(
      `name a file with the secret of ${id} with --app-secret-file, or its certificate with --cert-file`,
    );
  }
  return {
    connection: {
      address: service ?? gateway?.service.address ?? config.grpc.address,
      tls: tls ?? gatewayTls,
      app: { id, secret },
    },
    userToken: readSecret(userTokenFile),
  };
}

function gatewaySignInOf(
  { gateway }: Config,
  signIn: SignInParties | { readonly missing: string },
  { gateway: url, app: appId, caFile }: DoctorOptions,
): GatewaySignIn | { readonly skippedFor: string } | undefined {
  if (!gateway) {
    if (url !== undefined) throw new Error("--gateway needs a configuration with a section gateway");
    return undefined;
  }
  const endpoint =
    url === undefined
      ? localEndpointOf(gateway)
      : { url, ca: caFile === undefined ? undefined : readFileSync(caFile, "utf8") };
  const app = gateway.apps.find(({ id }) => appId === undefined || id === appId);
  if (!app && url !== undefined)
    throw new Error(`--gateway needs an app of the gateway, which ${appId} is not`);
  if (!app) return { skippedFor: `${appId} is no app of the gateway` };
  if (!endpoint)
    return {
      skippedFor: `pages do not reach ${gateway.address} as it stands; name their address with --gateway`,
    };
  return { endpoint, isOptional: url === undefined, app, parties: signIn };
}

/** Parses the base address of a gateway, and removes the slash at its end. */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "" || url.username !== "")
    throw new InvalidArgumentError("Use a URL such as https://shop.example.com, without a query.");
  // The doctor sends the secret of the app, and the gateway itself refuses pages of plain http.
  if (url.protocol === "http:" && !isTrustworthyHost(url.hostname))
    throw new InvalidArgumentError("Use https, except for this machine.");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Reads a secret from a file, or from standard input if its name is `-`. */
function readSecret(file: string): string {
  const text = readFileSync(file === "-" ? 0 : file, "utf8").trim();
  if (text === "") throw new Error(`${file === "-" ? "standard input" : file} is empty`);
  return text;
}

/** @throws FailedChecksError when a check has failed. */
function report(findings: readonly Finding[], { json }: ReportOptions, environment: DoctorEnvironment): void {
  environment.print(json ? formatFindingsAsJson(findings) : formatFindings(findings));
  if (hasFailed(findings)) throw new FailedChecksError();
}
