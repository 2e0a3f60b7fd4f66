import { createRequire } from "node:module";
import { Argument, Command, CommanderError } from "commander";
import { pino } from "pino";
import { type App, startApp } from "./app.js";
import {
  type DevelopmentUser,
  developmentApp,
  developmentPool,
  developmentUsers,
  signDevelopmentToken,
} from "./auth/development.js";
import { loadConfig } from "./config/load.js";
import { ConfigError, formatProblems } from "./config/problems.js";
import { systemClock } from "./domain/clock.js";
import { hexDigest, newSecret } from "./domain/secrets.js";
import { redaction } from "./server/redaction.js";
import { welcome } from "./welcome.js";

/** What a command needs of the process that it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to the standard output. */
  print(text: string): void;
  /** Writes a line to the standard error. */
  complain(text: string): void;
  /** Fulfilled with the name of the signal that asks the process to stop. */
  stopRequested(): Promise<string>;
}

/** Exit codes: all is well, it did not work, and the call itself was wrong. */
const exit = { ok: 0, failed: 1, usage: 2 } as const;

/** Also what checking a configuration needs, which must not use the keys of development mode. */
const development = { apps: [developmentApp], userPools: [developmentPool] };

/** Runs one command line, without the names of the program. The answer is the exit code. */
export async function runCommand(words: readonly string[], around: Surroundings): Promise<number> {
  try {
    await program(around).parseAsync(words, { from: "user" });
    return exit.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exit.ok : exit.usage;
    around.complain(error instanceof ConfigError ? formatProblems(error) : `qrlogin: ${textOf(error)}`);
    return exit.failed;
  }
}

function program(around: Surroundings): Command {
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
    .description("serve; in development mode unless there is a configuration")
    .option("--config <file>", "configuration file (also: QRLOGIN_CONFIG)")
    .action((options: { config?: string }) => serve(options.config, around));

  root
    .command("dev-token")
    .description("print a user token that development mode accepts for 12 hours")
    .addArgument(new Argument("<user>", "demo user").choices(Object.keys(developmentUsers)))
    .action(async (user: DevelopmentUser) => {
      around.print(await signDevelopmentToken(user, systemClock.now()));
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
    .action((file: string) => {
      loadConfig({ file, env: around.env, development });
      around.print(`${file}: valid`);
    });

  return root;
}

async function serve(file: string | undefined, around: Surroundings): Promise<void> {
  const stopRequested = around.stopRequested();
  const config = loadConfig({ file, env: around.env, development });
  const log = pino({ level: config.log.level, redact: redaction });
  const app = await started(() => startApp(config, log), config.grpc.address);
  if (config.development) around.complain(welcome(app.grpcAddress));
  log.info({ grpc: app.grpcAddress, development: config.development }, "ready");
  const signal = await stopRequested;
  log.info({ signal }, "stopping");
  await app.stop();
  log.info("stopped");
}

async function started(start: () => Promise<App>, address: string): Promise<App> {
  try {
    return await start();
  } catch (error) {
    throw new Error(`cannot listen on ${address}: ${bindingFailure(error)}`, { cause: error });
  }
}

const bindingFailures: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "no such host",
};

/** grpc-js wraps the system's error in a text of its own. */
function bindingFailure(error: unknown): string {
  const text = textOf(error);
  const known = Object.keys(bindingFailures).find((code) => text.includes(code));
  return known ? `${bindingFailures[known]} (${known})` : text;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
