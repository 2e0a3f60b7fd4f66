import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import type { Logger } from "pino";
import {
  type DevelopmentUser,
  developmentUsers,
  signDevelopmentToken,
} from "../auth/development_identities.js";
import { systemClock } from "../base/clock.js";
import { ownCommand } from "../base/own_command.js";
import { ownVersion } from "../base/own_version.js";
import { developmentPresets } from "../compose/development_presets.js";
import { monitorDescriptors, reservedDescriptors } from "../compose/file_descriptors.js";
import { startGatewayFromConfig } from "../compose/gateway.js";
import { defaultMetricsAddress, startProcessMetrics } from "../compose/metrics.js";
import { gatewayDescriptorsNeeded, startServers } from "../compose/serve.js";
import { startService } from "../compose/service.js";
import { gatewayStopTimeout, serviceStopTimeout, workersStopTimeout } from "../compose/stop_timeouts.js";
import { startTelemetry, type Telemetry } from "../compose/tracing.js";
import { runWorker, type WorkerEnvironment } from "../compose/workers/worker.js";
import { startWorkers } from "../compose/workers/workers.js";
import { findPolicyWarnings } from "../config/checks/find_policy_warnings.js";
import type { Config, GatewayConfig } from "../config/config.js";
import { ConfigError, formatProblems } from "../config/config_error.js";
import { describeExpiryWarning, readCertificateFiles } from "../config/files/certificates.js";
import { describeOpenMode } from "../config/files/read_secret.js";
import { type ConfigReading, readConfig } from "../config/load_config.js";
import { explainPolicy } from "../config/policy/explain_policy.js";
import { newSecret, sha256Hex } from "../domain/secrets.js";
import { gatewayBanner, serveBanner } from "./banner.js";
import {
  addDoctorCommands,
  checkConfigOnline,
  FailedChecksError,
  type ReportOptions,
  withReport,
} from "./doctor_commands.js";
import { addInitCommand } from "./init/init_command.js";
import { type ReloadEnvironment, type Reloading, reloadOnRequest } from "./reload.js";
import { addSignInCommands } from "./sign_in_commands.js";
import { addTicketCommands, separateTicket } from "./ticket_commands.js";

/** The parts of its process that a command uses. */
export interface CommandEnvironment extends WorkerEnvironment, ReloadEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Writes a line to standard output.
   *
   * @throws Error when the line cannot be written.
   */
  print(text: string): void;
  /** Writes a line to standard error. Does nothing if that fails. */
  printError(text: string): void;
  /** Resolves with the name of the signal that asks the process to stop. */
  stopRequested(): Promise<string>;
}

/** Exit codes: success, failure, and a command line that is not valid. */
const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

const configOption = ["--config <file>", "configuration file (also: QRLOGIN_CONFIG)"] as const;

/**
 * Runs a command. Resolves with the exit code.
 *
 * @param args Command line without the names of Node.js and the program.
 */
export async function runCommand(args: readonly string[], environment: CommandEnvironment): Promise<number> {
  try {
    await createProgram(environment).parseAsync(separateTicket(args), { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (error instanceof FailedChecksError) return exitCodes.failed;
    environment.printError(
      error instanceof ConfigError ? formatProblems(error) : `qrlogin: ${errorMessageOf(error)}`,
    );
    return exitCodes.failed;
  }
}

function createProgram(environment: CommandEnvironment): Command {
  const root = new Command(ownCommand("").trim())
    .description("Sign in to a website by scanning a QR code with a mobile app.")
    .version(ownVersion())
    .exitOverride()
    .showHelpAfterError(`(see ${ownCommand("--help")})`)
    .configureOutput({
      writeOut: (text) => environment.print(text.trimEnd()),
      writeErr: (text) => environment.printError(text.trimEnd()),
    });

  root
    .command("serve")
    .description("serve gRPC; without a configuration, serve in development mode together with the gateway")
    .option(...configOption)
    .option(
      "--workers <number>",
      "number of worker processes behind one port (requires Redis)",
      parseWorkerCount,
    )
    .action((options: { config?: string; workers?: number }) => runServe(options, environment));

  root.command("worker", { hidden: true }).action(() => runWorker(environment));

  root
    .command("gateway")
    .description("serve the HTTP gateway; without a configuration, in development mode")
    .option(...configOption)
    .action((options: { config?: string }) => runGateway(options.config, environment));

  root
    .command("dev-token")
    .description("print a user token that development mode accepts for 12 hours")
    .addArgument(new Argument("<user>", "demo user").choices(Object.keys(developmentUsers)))
    .action(async (user: DevelopmentUser) => {
      environment.print(await signDevelopmentToken(user, systemClock.wallNow()));
    });

  root
    .command("app-secret")
    .description("generate a secret of an app or an administrator, and its SHA-256 for the configuration")
    .action(() => {
      const secret = newSecret();
      environment.print(`secret        ${secret}`);
      environment.print(`secretSha256  ${sha256Hex(secret)}`);
    });

  withReport(root.command("check-config"))
    .description("report every problem in a configuration file")
    .argument("<file>", "configuration file")
    .option("--explain <app>", "print the policy of an app, its origin, and the attacks that it leaves open")
    .option("--online", "check it against reality too: network, issuers, Redis; calls no running service")
    .action(async (file: string, options: CheckConfigOptions) => {
      const { explain, online, json } = options;
      if (json && !online) throw new Error("--json prints findings, which only --online has");
      const { config, secretFiles } = requireConfig(
        readConfig({ file, env: environment.env, purpose: "check" }),
      );
      for (const secretFile of secretFiles) {
        const warning = describeOpenMode(secretFile);
        if (warning !== undefined) environment.printError(warning);
      }
      for (const certificate of readCertificateFiles(config)) {
        const warning = describeExpiryWarning(certificate, systemClock.wallNow());
        if (warning !== undefined) environment.printError(`${certificate.setting}: ${warning}`);
      }
      for (const { setting, warning } of findPolicyWarnings(config)) {
        environment.printError(`${setting}: ${warning}`);
      }
      const explanation =
        explain === undefined ? "" : `\n\n${explainPolicy(config, explain, environment.env)}`;
      if (!json) environment.print(`${file}: valid${explanation}`);
      if (online) await checkConfigOnline(config, options, environment);
    });

  addInitCommand(root, environment);
  addDoctorCommands(root, environment);
  addSignInCommands(root, environment);
  addTicketCommands(root, environment);

  return root;
}

interface CheckConfigOptions extends ReportOptions {
  readonly explain?: string;
  readonly online?: true;
}

/** Largest number of workers. More workers than cores bring no benefit. */
const maxWorkers = 64;

function parseWorkerCount(text: string): number {
  const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= maxWorkers) return count;
  throw new InvalidArgumentError(`Use a whole number from 1 to ${maxWorkers}.`);
}

interface ServeOptions {
  readonly config?: string;
  readonly workers?: number;
}

async function runServe(
  { config: file, workers }: ServeOptions,
  environment: CommandEnvironment,
): Promise<void> {
  const stopRequested = environment.stopRequested();
  const sources = { file, env: environment.env, developmentPreset: developmentPresets() };
  const { config, files } = requireConfig(readConfig(sources));
  const reloading = reloadOnRequest({ process: "service", sources, config, files }, environment);
  const { development } = config;
  // With workers, this process makes no spans itself.
  const name = workers === undefined ? "qrlogin" : undefined;
  const { log, tracing, losses } = await startTelemetry(config, name, environment);
  const timeoutMs = serveStopTimeout(config, workers);
  void stopRequested.then(() => exitAfterTimeout(timeoutMs, environment, log));
  let isStopRequested = false;
  void stopRequested.then(() => {
    isStopRequested = true;
  });
  const start =
    workers === undefined
      ? () => startService(config, log, { tracing })
      : () => startWorkers({ config, count: workers, log, onExit: environment.onExit });
  const started = startServers(config, log, { start, tracing, losses }).catch((error: unknown) => {
    // A signal to the whole process group also ends workers that are too young to ignore it.
    if (isStopRequested) return undefined;
    throw error;
  });
  const servers = await started;
  if (!servers) return log.info("stopped before ready");
  const { grpcAddress, gatewayAddress, metricsAddress } = servers;
  if (development) environment.printError(serveBanner(grpcAddress, urlOf(gatewayAddress, config.gateway)));
  log.info(
    { grpc: grpcAddress, gateway: gatewayAddress, metrics: metricsAddress, development, workers },
    "ready",
  );
  reloading.start(servers, log, servers.onReloadResult);
  await stopGracefully(servers, stopRequested, { log, tracing }, reloading);
}

async function runGateway(file: string | undefined, environment: CommandEnvironment): Promise<void> {
  const stopRequested = environment.stopRequested();
  const sources = {
    ...{ file, env: environment.env, developmentPreset: developmentPresets() },
    purpose: "gateway",
  } as const;
  const { config, files } = requireConfig(readConfig(sources));
  const reloading = reloadOnRequest({ process: "gateway", sources, config, files }, environment);
  const { development, gateway: gatewayConfig } = config;
  if (!gatewayConfig) throw new Error("the configuration has no gateway section");
  const { log, tracing, losses } = await startTelemetry(config, "qrlogin-gateway", environment);
  void stopRequested.then(() => exitAfterTimeout(gatewayStopTimeout(gatewayConfig), environment, log));
  const metrics = gatewayConfig.metrics.enabled
    ? await startProcessMetrics(gatewayConfig.metrics, defaultMetricsAddress.gateway, log, losses)
    : undefined;
  const server = await startGatewayFromConfig(gatewayConfig, log, { demo: development, metrics, tracing });
  const needed = development ? reservedDescriptors : gatewayDescriptorsNeeded(gatewayConfig);
  const stopDescriptorMonitor = monitorDescriptors({ needed, log, clock: systemClock });
  if (development)
    environment.printError(
      gatewayBanner(urlOf(server.address, gatewayConfig), gatewayConfig.service.address),
    );
  log.info({ gateway: server.address, metrics: metrics?.address, development }, "ready");
  reloading.start(server, log, metrics?.onReloadResult);
  await stopGracefully(server, stopRequested, { log, tracing }, reloading);
  stopDescriptorMonitor();
  await metrics?.stop();
}

/** Returns the configuration that was read. Throws its ConfigError if there is none. */
function requireConfig(reading: ConfigReading) {
  if ("error" in reading) throw reading.error;
  return reading;
}

/**
 * Returns how long `serve` may take to stop, in milliseconds. In development mode the gateway stops before
 * the service does.
 */
function serveStopTimeout(
  { development, gateway: gatewayConfig, grpc }: Config,
  workers: number | undefined,
): number {
  const service = workers === undefined ? serviceStopTimeout(grpc) : workersStopTimeout(grpc, workers);
  return (
    service +
    (development && gatewayConfig ? gatewayConfig.shutdown.delay + gatewayConfig.shutdown.gracePeriod : 0)
  );
}

/** Ends the process if it has not stopped after `timeoutMs` milliseconds. */
function exitAfterTimeout(timeoutMs: number, environment: CommandEnvironment, log: Logger): void {
  environment.exitAfter(timeoutMs, () => log.error({ timeoutMs }, "shutdown timed out; exiting"));
}

/** Waits for a stop signal, then stops the servers gracefully. */
async function stopGracefully(
  running: { stop(): Promise<void> },
  stopRequested: Promise<string>,
  { log, tracing }: Pick<Telemetry, "log" | "tracing">,
  reloading: Reloading,
): Promise<void> {
  const signal = await stopRequested;
  log.info({ signal }, "stopping");
  reloading.close();
  await running.stop();
  await tracing?.stop();
  log.info("stopped");
}

function urlOf(address: string | undefined, config: GatewayConfig | undefined): string {
  return `${config?.tls ? "https" : "http"}://${address}`;
}

function errorMessageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
