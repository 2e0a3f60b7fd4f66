import { change, type Mutation } from "./mutation.js";

const switchMutation = (defence: string, original: string, replacement: string): Mutation => ({
  defence,
  threat: "T1",
  title: "an administrator has disabled them",
  changes: [change("service/tickets.ts", original, replacement)],
});

/** Mutations of the kill switch. */
export const switchMutations: readonly Mutation[] = [
  switchMutation(
    "disabled sign-ins create no ticket",
    "      requireSignIn(app.id, app.userPool);\n      const policy",
    "      const policy",
  ),
  switchMutation(
    "disabled sign-ins are not approved",
    "const ticket = await load(context, ticketId, checkSignIn);",
    "const ticket = await load(context, ticketId, noAccessCheck);",
  ),
  {
    defence: "the switch is read",
    threat: "T1",
    title: "an administrator has disabled them",
    changes: [
      change(
        "service/sign_in_administration.ts",
        'if (isDisabled) throw new TicketError("SIGN_IN_DISABLED");',
        "",
      ),
    ],
  },
];
