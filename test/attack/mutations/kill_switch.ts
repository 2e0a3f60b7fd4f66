import { change, type Mutation } from "./mutation.js";

/** Takes one call out of the switch, which checks it when the ticket is loaded and again at the write. */
const switchMutation = (
  defence: string,
  ...texts: readonly [original: string, replacement: string][]
): Mutation => ({
  defence,
  threat: "T1",
  title: "an administrator has disabled them",
  changes: texts.map(([original, replacement]) => change("service/tickets.ts", original, replacement)),
});

/** Mutations of the kill switch. */
export const switchMutations: readonly Mutation[] = [
  switchMutation(
    "disabled sign-ins create no ticket",
    ["      requireSignIn(app.id, app.userPool);\n      const policy", "      const policy"],
    ["      checkSignIn(prepared.ticket);\n", ""],
  ),
  switchMutation(
    "disabled sign-ins are not scanned",
    ["        checkCode(ticket);\n        checkSignIn(ticket);", "        checkCode(ticket);"],
    ["const options = { checkAccess, checkWrite: checkSignIn };", "const options = { checkAccess };"],
  ),
  switchMutation(
    "disabled sign-ins are not approved",
    ["load(context, ticketId, checkSignIn);", "load(context, ticketId, noAccessCheck);"],
    ["checkWrite: checkSignIn, loaded: ticket };", "loaded: ticket };"],
  ),
  switchMutation(
    "disabled sign-ins are not exchanged",
    [
      'throw new TicketError("TICKET_NOT_FOUND");\n        checkSignIn(ticket);',
      'throw new TicketError("TICKET_NOT_FOUND");',
    ],
    [
      "const options = { checkAccess, prepare, checkWrite: checkSignIn };",
      "const options = { checkAccess, prepare };",
    ],
  ),
];
