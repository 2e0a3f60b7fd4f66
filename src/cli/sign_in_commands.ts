import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import { type AdminClient, createAdminClient, type DisabledSignIns } from "../client/index.js";
import { readAdminSecret } from "../config/admin_secret.js";
import { adminSecretVariable } from "../config/environment.js";

/** The parts of its process that a command of an administrator uses. */
interface SignInCommandEnvironment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(text: string): void;
}

interface ConnectionOptions {
  readonly address: string;
  readonly admin: string;
  readonly caFile?: string;
  readonly plaintext?: true;
}

interface TargetOptions {
  readonly app?: string;
  readonly userPool?: string;
}

/** Adds the commands that list, disable and enable sign-ins at a running service. */
export function addSignInCommands(root: Command, environment: SignInCommandEnvironment): void {
  const group = root
    .command("sign-ins")
    .description(`disable and enable sign-ins at a running service; needs ${adminSecretVariable}`);

  withConnection(group.command("list"))
    .description("list what is disabled")
    .action(async (options: ConnectionOptions) => {
      const { disabled } = await callAdmin(options, environment, (client) => client.listDisabledSignIns());
      environment.print(formatDisabled(disabled));
    });

  withTarget(withConnection(group.command("disable")))
    .description("disable sign-ins of an app, or of all apps of a user pool")
    .option("--note <text>", "reason, for other administrators", "")
    .action(async (options: ConnectionOptions & TargetOptions & { readonly note: string }) => {
      const { target, name } = targetOf(options);
      await callAdmin(options, environment, (client) =>
        client.disableSignIns({ target, note: options.note }),
      );
      environment.print(`sign-ins of ${name} are disabled`);
    });

  withTarget(withConnection(group.command("enable")))
    .description("enable sign-ins again, and list what is still disabled")
    .action(async (options: ConnectionOptions & TargetOptions) => {
      const { target, name } = targetOf(options);
      const { wasDisabled } = await callAdmin(options, environment, (client) =>
        client.enableSignIns({ target }),
      );
      environment.print(`sign-ins of ${name} ${wasDisabled ? "are enabled" : "were not disabled"}`);
      // An app is disabled for as long as its user pool is.
      const { disabled } = await callAdmin(options, environment, (client) => client.listDisabledSignIns());
      if (disabled.length > 0) environment.print(`still disabled:\n${formatDisabled(disabled)}`);
    });
}

function withConnection(command: Command): Command {
  return command
    .option("--address <address>", "address of the service", "127.0.0.1:50051")
    .requiredOption("--admin <id>", "id of the administrator")
    .addOption(new Option("--ca-file <file>", "root certificates to trust, PEM").conflicts("plaintext"))
    .option("--plaintext", "send the secret over the network without TLS");
}

function withTarget(command: Command): Command {
  return command
    .addOption(new Option("--app <id>", "app").conflicts("userPool"))
    .option("--user-pool <id>", "user pool");
}

function targetOf({ app, userPool }: TargetOptions) {
  if (app !== undefined) return { target: { $case: "appId", value: app }, name: `the app ${app}` } as const;
  if (userPool === undefined) throw new Error("name an app with --app, or a user pool with --user-pool");
  return { target: { $case: "userPoolId", value: userPool }, name: `the user pool ${userPool}` } as const;
}

async function callAdmin<Response>(
  { address, admin: adminId, caFile, plaintext }: ConnectionOptions,
  { env }: SignInCommandEnvironment,
  call: (client: AdminClient) => Promise<Response>,
): Promise<Response> {
  const adminSecret = readAdminSecret(env);
  const client = createAdminClient({
    ...{ address, adminId, adminSecret },
    ...(plaintext && { tls: false }),
    ...(caFile !== undefined && { tls: { rootCertificates: readFileSync(caFile) } }),
  });
  try {
    return await call(client);
  } finally {
    client.close();
  }
}

function formatDisabled(disabled: readonly DisabledSignIns[]): string {
  if (disabled.length === 0) return "no sign-ins are disabled";
  const rows = disabled.map(({ target, disableTime, adminId, note }) => [
    `${target?.$case === "userPoolId" ? "user pool" : "app"} ${target?.value ?? ""}`,
    disableTime?.toISOString() ?? "by hand",
    adminId || "-",
    note,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
