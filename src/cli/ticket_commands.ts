import type { Command } from "commander";
import { CancelReason, type TicketDescription, TicketState } from "../client/index.js";
import { adminSecretVariable } from "../config/environment.js";
import { isLogId, isTicketId } from "../domain/secrets.js";
import {
  type AdminCommandEnvironment,
  type AdminConnectionOptions,
  callAdmin,
  withAdminConnection,
} from "./admin_connection.js";

/** Adds the command that shows a ticket at a running service, for support. */
export function addTicketCommands(root: Command, environment: AdminCommandEnvironment): void {
  const group = root
    .command("tickets")
    .description(`look at tickets at a running service; needs ${adminSecretVariable}`);
  withAdminConnection(group.command("show"))
    .description("show the state of a ticket, without anything about its user")
    .argument("<ticket>", "hash of the ticket in the log (field ticket), or the ticket id")
    .option("--json", "print JSON, for machines")
    .action(async (text: string, options: AdminConnectionOptions & { readonly json?: true }) => {
      const $case = isLogId(text) ? "logId" : "ticketId";
      const { ticket } = await callAdmin(options, environment, (client) =>
        client.describeTicket({ ticket: { $case, value: text } }),
      );
      if (!ticket) throw new Error("the service sent no ticket");
      const fields = fieldsOf(ticket);
      environment.print(
        options.json
          ? JSON.stringify(Object.fromEntries(fields))
          : fields.map(([name, value]) => `${name.padEnd(17)}${value}`).join("\n"),
      );
    });
}

/**
 * Returns a command line in which a ticket right after `tickets show` is no option. One in 64 hashes and ids begins
 * with a hyphen.
 */
export function separateTicket(args: readonly string[]): readonly string[] {
  const [group, command, ticket, ...others] = args;
  const isSeparable = group === "tickets" && command === "show" && ticket?.startsWith("-");
  const isTicket = ticket !== undefined && (isLogId(ticket) || isTicketId(ticket));
  return isSeparable && isTicket ? [group, command, ...others, "--", ticket] : args;
}

type Field = readonly [name: string, value: string | number | boolean];

/** Returns what is known of a ticket, by name. */
function fieldsOf(ticket: TicketDescription): readonly Field[] {
  const { state, cancelReason, checkCodeDigits, wrongCheckCodes } = ticket;
  const times = {
    approved: ticket.approveTime,
    expires: ticket.expireTime,
    ended: ticket.endTime,
    deleted: ticket.deleteTime,
  };
  return [
    ["ticket", ticket.logId],
    ["state", nameOf(TicketState, state)],
    ...(state === TicketState.CANCELLED
      ? [["cancelReason", nameOf(CancelReason, cancelReason)] as const]
      : []),
    ["app", ticket.appId],
    ["userPool", ticket.userPoolId],
    ["writes", ticket.revision],
    ["scanned", ticket.scanned],
    ["checkCodeDigits", checkCodeDigits],
    ...(checkCodeDigits > 0 ? [["wrongCheckCodes", wrongCheckCodes] as const] : []),
    ["codeChanges", ticket.qrCodeChanges],
    ...Object.entries(times).flatMap(([name, time]): Field[] =>
      time === undefined ? [] : [[name, time.toISOString()]],
    ),
  ];
}

/** Returns the name of a value of an enum; its number if a later service has added it. */
function nameOf(values: Readonly<Record<string, unknown>>, value: number): string {
  return Object.keys(values).find((name) => values[name] === value) ?? String(value);
}
