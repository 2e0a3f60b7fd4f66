import { Command, CommanderError, InvalidArgumentError } from "commander";
import { isLoopbackUrl, isNonLoopbackAddress, parseAddress } from "../src/base/address.js";
import { type PolicyDefence, policyDefences } from "./defence.js";
import type { AppCredentials } from "./world/world.js";

/** Options of the operator. Absent identities are those of development mode. */
export interface AttackOptions {
  readonly target: string;
  readonly gateway: string | undefined;
  readonly tls: boolean | undefined;
  readonly app: AppCredentials | undefined;
  readonly otherApp: AppCredentials | undefined;
  readonly admin: AppCredentials | undefined;
  readonly token: string | undefined;
  readonly otherToken: string | undefined;
  readonly expected: ReadonlySet<PolicyDefence>;
  readonly json: boolean;
}

/** Parts of the process that reading the command line uses. */
export interface CommandLineEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  printError(text: string): void;
}

/**
 * Environment variables of the credentials. They are better kept there: every user of a machine can see the arguments
 * of a process.
 */
const variables = {
  app: "ATTACK_APP",
  otherApp: "ATTACK_OTHER_APP",
  admin: "ATTACK_ADMIN",
  token: "ATTACK_TOKEN",
  otherToken: "ATTACK_OTHER_TOKEN",
} as const;

/** Options as commander reads them. */
interface RawOptions extends Partial<Record<keyof typeof variables, string>> {
  readonly target: string;
  readonly gateway?: string;
  readonly plaintext?: true;
  readonly expect: readonly PolicyDefence[];
  readonly json?: true;
  readonly iOperateThis?: true;
}

/** Returns the options, or an exit code if there is nothing to do: 0 after `--help`, 2 for an invalid command line. */
export function readCommandLine(
  args: readonly string[],
  environment: CommandLineEnvironment,
): AttackOptions | number {
  const command = createCommand(environment);
  try {
    command.parse(args, { from: "user" });
    return checkOptions(command.opts<RawOptions>(), environment.env, (text) =>
      command.error(`error: ${text}`),
    );
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createCommand({ print, printError }: CommandLineEnvironment): Command {
  return new Command("attack")
    .description("Play the published threats against a running qrlogin, and report which defences hold.")
    .requiredOption("--target <host:port>", "gRPC address of the service", parseTarget)
    .option("--gateway <url>", "URL of the gateway; its threats are played too", parseGateway)
    .option("--plaintext", "use no TLS to a target on another machine")
    .option("--app <id:secret>", `app that asks for sign-ins (also: ${variables.app})`)
    .option("--other-app <id:secret>", `another app (also: ${variables.otherApp})`)
    .option("--token <token>", `user token of the victim (also: ${variables.token})`)
    .option("--other-token <token>", `user token of another user of the pool (also: ${variables.otherToken})`)
    .option("--admin <id:secret>", `administrator, to play the kill switch (also: ${variables.admin})`)
    .option("--expect <defences>", `defences that must be on: ${policyDefences.join(",")}`, parseDefences, [])
    .option("--json", "print JSON")
    .option("--i-operate-this", "allow a target on another machine")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => printError(text.trimEnd()),
    });
}

type Fail = (problem: string) => never;

function checkOptions(raw: RawOptions, env: CommandLineEnvironment["env"], fail: Fail): AttackOptions {
  const textOf = (name: keyof typeof variables) => raw[name] ?? env[variables[name]];
  const credentialsOf = (name: keyof typeof variables) => {
    const text = textOf(name);
    // Commander would print the value of an option that it finds invalid.
    return text === undefined
      ? undefined
      : (parseCredentials(text) ?? fail(`${variables[name]}: use ID:SECRET`));
  };
  const options: AttackOptions = {
    target: raw.target,
    gateway: raw.gateway,
    tls: raw.plaintext ? false : undefined,
    app: credentialsOf("app"),
    otherApp: credentialsOf("otherApp"),
    admin: credentialsOf("admin"),
    token: textOf("token"),
    otherToken: textOf("otherToken"),
    expected: new Set(raw.expect),
    json: raw.json ?? false,
  };
  if (options.expected.has("kill-switch") && !options.admin) fail("--expect kill-switch needs --admin");
  if (!isNonLoopbackAddress(raw.target) && (!raw.gateway || isLoopbackUrl(new URL(raw.gateway))))
    return options;
  if (!raw.iOperateThis)
    fail("the target is on another machine: attack only what you operate, with --i-operate-this");
  if (options.app && options.token !== undefined && options.otherToken !== undefined) return options;
  return fail("a target on another machine needs --app, --token and --other-token");
}

function parseTarget(text: string): string {
  if (!parseAddress(text)) throw new InvalidArgumentError("Use HOST:PORT or [IPV6]:PORT.");
  return text;
}

function parseGateway(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError("Use an http or https URL.");
  return text;
}

function parseCredentials(text: string): AppCredentials | undefined {
  const [, appId, appSecret] = /^([^:]+):(.+)$/.exec(text) ?? [];
  return appId === undefined || appSecret === undefined ? undefined : { appId, appSecret };
}

function parseDefences(text: string): readonly PolicyDefence[] {
  return text.split(",").map((name) => {
    const defence = policyDefences.find((known) => known === name.trim());
    if (defence === undefined) throw new InvalidArgumentError(`Use some of ${policyDefences.join(",")}.`);
    return defence;
  });
}
