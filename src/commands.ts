import { createRequire } from "node:module";
import { Argument, Command, CommanderError } from "commander";
import { pino } from "pino";
import { startApp } from "./app.js";
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
      loadConfig({ file, env: around.env });
      around.print(`${file}: valid`);
    });

  return root;
}

async function serve(file: string | undefined, around: Surroundings): Promise<void> {
  const stopRequested = around.stopRequested();
  const config = loadConfig({ file, env: around.env, development });
  const log = pino({ level: config.log.level, redact: redaction });
  const app = await startApp(config, log);
  if (config.development) around.complain(welcome(app.grpcAddress));
  log.info({ grpc: app.grpcAddress, development: config.development }, "ready");
  const signal = await stopRequested;
  log.info({ signal }, "stopping");
  await app.stop();
  log.info("stopped");
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
