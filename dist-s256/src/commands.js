import { createRequire } from "node:module";
import { Argument, Command, CommanderError, InvalidArgumentError } from "commander";
import { startApp } from "./app.js";
import { developmentUsers, signDevelopmentToken } from "./auth/development.js";
import { certificateFiles, expiryWarning } from "./config/certificates.js";
import { loadConfig } from "./config/load.js";
import { ConfigError, formatProblems } from "./config/problems.js";
import { ownDescriptors, watchDescriptors } from "./descriptors.js";
import { developmentPresets } from "./development.js";
import { systemClock } from "./domain/clock.js";
import { hexDigest, newSecret } from "./domain/secrets.js";
import { startGatewayApp } from "./gateway_app.js";
import { createProcessLog } from "./log/process_log.js";
import { redaction } from "./server/redaction.js";
import { gatewayDescriptorsNeeded, startServing } from "./serving.js";
import { gatewayStopTimeout, serviceStopTimeout, workersStopTimeout } from "./stop_timeouts.js";
import { gatewayWelcome, welcome } from "./welcome.js";
import { runWorker } from "./workers/worker.js";
import { startWorkers } from "./workers/workers.js";
/** Exit codes: all is well, it did not work, and the call itself was wrong. */
const exit = { ok: 0, failed: 1, usage: 2 };
const configOption = ["--config <file>", "configuration file (also: QRLOGIN_CONFIG)"];
/** Runs one command line, without the names of the program. The answer is the exit code. */
export async function runCommand(words, around) {
    try {
        await program(around).parseAsync(words, { from: "user" });
        return exit.ok;
    }
    catch (error) {
        if (error instanceof CommanderError)
            return error.exitCode === 0 ? exit.ok : exit.usage;
        around.complain(error instanceof ConfigError ? formatProblems(error) : `qrlogin: ${textOf(error)}`);
        return exit.failed;
    }
}
function program(around) {
    const root = new Command("qrlogin")
        .description("Sign in to a website by scanning a QR code with a mobile app.")
        .version(createRequire(import.meta.url)("qrlogin/package.json").version)
        .exitOverride()
        .showHelpAfterError("(see qrlogin --help)")
        .configureOutput({
        writeOut: (text) => around.print(text.trimEnd()),
        writeErr: (text) => around.complain(text.trimEnd()),
    });
    root
        .command("serve")
        .description("serve; in development mode, with the gateway, unless there is a configuration")
        .option(...configOption)
        .option("--workers <number>", "serve by so many processes behind one port (needs Redis)", workerCount)
        .action((options) => serve(options, around));
    root.command("worker", { hidden: true }).action(() => runWorker(around));
    root
        .command("gateway")
        .description("run the HTTP gateway; in development mode unless there is a configuration")
        .option(...configOption)
        .action((options) => gateway(options.config, around));
    root
        .command("dev-token")
        .description("print a user token that development mode accepts for 12 hours")
        .addArgument(new Argument("<user>", "demo user").choices(Object.keys(developmentUsers)))
        .action(async (user) => {
        around.print(await signDevelopmentToken(user, systemClock.wallNow()));
    });
    root
        .command("app-secret")
        .description("make an app secret, and the digest of it for the configuration")
        .action(() => {
        const secret = newSecret();
        around.print(`secret        ${secret}`);
        around.print(`secretSha256  ${hexDigest(secret)}`);
    });
    root
        .command("check-config")
        .description("tell every mistake in a configuration")
        .argument("<file>", "configuration file")
        .action((file) => {
        const config = loadConfig({ file, env: around.env, purpose: "check" });
        for (const one of certificateFiles(config)) {
            const warning = expiryWarning(one, systemClock.wallNow());
            if (warning !== undefined)
                around.complain(`${one.setting}: ${warning}`);
        }
        around.print(`${file}: valid`);
    });
    return root;
}
/** How many workers there may be. More than a machine has cores are of no use. */
const maxWorkers = 64;
function workerCount(text) {
    const count = /^\d{1,2}$/.test(text) ? Number(text) : 0;
    if (count >= 1 && count <= maxWorkers)
        return count;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${maxWorkers}.`);
}
async function serve({ config: file, workers }, around) {
    const stopRequested = around.stopRequested();
    const config = loadConfig({ file, env: around.env, development: developmentPresets() });
    const { development } = config;
    const log = createProcessLog({ level: config.log.level, redact: redaction }, around);
    const timeoutMs = serveStopTimeout(config, workers);
    void stopRequested.then(() => endAfter(timeoutMs, around, log));
    let stopAsked = false;
    void stopRequested.then(() => {
        stopAsked = true;
    });
    const start = workers === undefined
        ? startApp
        : () => startWorkers({ config, count: workers, log, atExit: around.atExit });
    const serving = await startServing(config, log, start).catch((error) => {
        // A signal to the whole group also ends workers that are too young to leave it to this process.
        if (stopAsked)
            return undefined;
        throw error;
    });
    if (!serving)
        return log.info("stopped before it was ready");
    const { grpcAddress, gatewayAddress } = serving;
    if (development)
        around.complain(welcome(grpcAddress, urlOf(gatewayAddress, config.gateway)));
    log.info({ grpc: grpcAddress, gateway: gatewayAddress, development, workers }, "ready");
    await stopPolitely(serving, stopRequested, log);
}
async function gateway(file, around) {
    const stopRequested = around.stopRequested();
    const sources = { file, env: around.env, development: developmentPresets() };
    const { development, gateway: own, log: logging } = loadConfig({ ...sources, purpose: "gateway" });
    if (!own)
        throw new Error("the gateway has no configuration");
    const log = createProcessLog({ level: logging.level, redact: redaction }, around);
    void stopRequested.then(() => endAfter(gatewayStopTimeout(own), around, log));
    const server = await startGatewayApp(own, log, { demo: development });
    const needed = development ? ownDescriptors : gatewayDescriptorsNeeded(own);
    const endDescriptors = watchDescriptors({ needed, log, clock: systemClock });
    if (development)
        around.complain(gatewayWelcome(urlOf(server.address, own), own.service.address));
    log.info({ gateway: server.address, development }, "ready");
    await stopPolitely(server, stopRequested, log);
    endDescriptors();
}
/** Returns how long `serve` may take to stop, in milliseconds. The gateway of development mode stops before the service. */
function serveStopTimeout({ development, gateway: own, grpc }, workers) {
    const service = workers === undefined ? serviceStopTimeout(grpc) : workersStopTimeout(grpc, workers);
    return service + (development && own ? own.shutdown.deadline : 0);
}
/** Ends the process when its stop has taken so long, whatever hangs. */
function endAfter(timeoutMs, around, log) {
    around.endAfter(timeoutMs, () => log.error({ timeoutMs }, "stopping took too long and is cut off"));
}
/** Waits for the wish to stop, and stops. */
async function stopPolitely(running, stopRequested, log) {
    const signal = await stopRequested;
    log.info({ signal }, "stopping");
    await running.stop();
    log.info("stopped");
}
function urlOf(address, config) {
    return `${config?.tls ? "https" : "http"}://${address}`;
}
function textOf(error) {
    return error instanceof Error ? error.message : String(error);
}
