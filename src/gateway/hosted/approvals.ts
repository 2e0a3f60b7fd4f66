import type { FastifyRequest } from "fastify";
import type { ApproverClient, MarkScannedResponse } from "../../client/index.js";
import type { GatewayParts } from "../parts.js";
import { HttpRefusal } from "../refusal.js";
import { note } from "../request_log.js";
import { requesterAnswer, sourceName } from "../requester.js";
import type { Codes } from "./codes.js";

/** What a phone can do with a code that it has scanned. */
export type Step = "SCAN" | "CONFIRM" | "CANCEL";

/** What came of it. */
export interface Decision {
  /** In words. */
  readonly description: string;
  /** After SCAN: who asks, for the phone to show before it asks. Empty else. The hosted API does not tell it. */
  readonly asking: Record<string, unknown>;
}

/** The phone's side, for the user whose token goes with the call. */
export type Decide = (request: FastifyRequest, step: Step, name: string) => Promise<Decision>;

/** Refuses with USER_UNAUTHENTICATED, TICKET_NOT_FOUND, and with whatever the service says. */
export function createDecide({ approvers }: Pick<GatewayParts, "approvers">, codes: Codes): Decide {
  return async (request, step, name) => {
    const token = tokenOf(request);
    const ticketId = await codes.ticketIdOf(name);
    note(request, { ticketId });
    return steps[step](approvers, ticketId, token);
  };
}

type Take = (approvers: ApproverClient, ticketId: string, token: string) => Promise<Decision>;

const steps: Readonly<Record<Step, Take>> = {
  async SCAN(approvers, ticketId, token) {
    const response = await approvers.markScanned(
      { scanned: { $case: "ticketId", value: ticketId } },
      { token },
    );
    return { description: "the code is marked as scanned", asking: askingOf(response) };
  },
  async CONFIRM(approvers, ticketId, token) {
    await approvers.authorize({ ticketId }, { token });
    return { description: "the sign-in is approved", asking: {} };
  },
  async CANCEL(approvers, ticketId, token) {
    await approvers.cancel({ ticketId }, { token });
    return { description: "the sign-in is declined", asking: {} };
  },
};

function askingOf(scanned: MarkScannedResponse): Record<string, unknown> {
  const { app, requester, customData, customDataSource } = scanned;
  return {
    app: { name: app?.name ?? "", logo: app?.logoUrl ?? "" },
    requester: requesterAnswer(requester),
    customData: customData ?? {},
    customDataSource: sourceName(customDataSource),
  };
}

/** The token, with `Bearer` before it or without, or with no space between: each SDK has a form of its own. */
function tokenOf(request: FastifyRequest): string {
  const token = (request.headers.authorization ?? "").trim().replace(/^bearer\s*/i, "");
  // The form of RFC 6750; the client would throw at another.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new HttpRefusal(401, "USER_UNAUTHENTICATED", "the token of a signed-in user is required");
  }
  return token;
}
