import { type Command, Option } from "commander";
import type { DisabledSignIns } from "../client/index.js";
import { adminSecretVariable } from "../config/environment.js";
import {
  type AdminCommandEnvironment,
  type AdminConnectionOptions,
  callAdmin,
  withAdminConnection,
} from "./admin_connection.js";

interface TargetOptions {
  readonly app?: string;
  readonly userPool?: string;
}

/** Adds the commands that list, disable and enable sign-ins at a running service. */
export function addSignInCommands(root: Command, environment: AdminCommandEnvironment): void {
  const group = root
    .command("sign-ins")
    .description(`disable and enable sign-ins at a running service; needs ${adminSecretVariable}`);

  withAdminConnection(group.command("list"))
    .description("list what is disabled")
    .action(async (options: AdminConnectionOptions) => {
      const { disabled } = await callAdmin(options, environment, (client) => client.listDisabledSignIns());
      environment.print(formatDisabled(disabled));
    });

  withTarget(withAdminConnection(group.command("disable")))
    .description("disable sign-ins of an app, or of all apps of a user pool")
    .option("--note <text>", "reason, for other administrators", "")
    .action(async (options: AdminConnectionOptions & TargetOptions & { readonly note: string }) => {
      const { target, name } = targetOf(options);
      await callAdmin(options, environment, (client) =>
        client.disableSignIns({ target, note: options.note }),
      );
      environment.print(`sign-ins of ${name} are disabled`);
    });

  withTarget(withAdminConnection(group.command("enable")))
    .description("enable sign-ins again, and list what is still disabled")
    .action(async (options: AdminConnectionOptions & TargetOptions) => {
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
