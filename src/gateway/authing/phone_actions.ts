import type { FastifyRequest } from "fastify";
import type { ApproverClient, MarkScannedResponse } from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { HttpError } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { sourceName, toRequesterJson } from "../http/requester_json.js";
import type { Codes } from "./codes.js";

/** What a phone can do with a code that it has scanned. */
export type PhoneAction = "SCAN" | "CONFIRM" | "CANCEL";

/** What came of it. */
export interface PhoneActionResult {
  /** In words. */
  readonly description: string;
  /** After SCAN: who asks, for the phone to show before it asks. Empty else. The Authing API does not tell it. */
  readonly scanDetails: Record<string, unknown>;
}

/** The phone's side, for the user whose token goes with the call. */
export type PerformPhoneAction = (
  request: FastifyRequest,
  step: PhoneAction,
  name: string,
) => Promise<PhoneActionResult>;

/** Refuses with USER_UNAUTHENTICATED, TICKET_NOT_FOUND, and with whatever the service says. */
export function createPhoneActions(
  { approverClient }: Pick<GatewayContext, "approverClient">,
  codes: Codes,
): PerformPhoneAction {
  return async (request, action, scannedId) => {
    const token = userTokenOf(request);
    const ticketId = await codes.resolveTicketId(scannedId);
    annotateLog(request, { ticketId });
    return actions[action](approverClient, ticketId, token);
  };
}

type CallService = (approvers: ApproverClient, ticketId: string, token: string) => Promise<PhoneActionResult>;

const actions: Readonly<Record<PhoneAction, CallService>> = {
  async SCAN(approvers, ticketId, token) {
    const response = await approvers.markScanned(
      { scanned: { $case: "ticketId", value: ticketId } },
      { token },
    );
    return { description: "the code is marked as scanned", scanDetails: toScanDetails(response) };
  },
  async CONFIRM(approvers, ticketId, token) {
    await approvers.authorize({ ticketId }, { token });
    return { description: "the sign-in is approved", scanDetails: {} };
  },
  async CANCEL(approvers, ticketId, token) {
    await approvers.cancel({ ticketId }, { token });
    return { description: "the sign-in is declined", scanDetails: {} };
  },
};

function toScanDetails(scanned: MarkScannedResponse): Record<string, unknown> {
  const { app, requester, customData, customDataSource } = scanned;
  return {
    app: { name: app?.name ?? "", logo: app?.logoUrl ?? "" },
    requester: toRequesterJson(requester),
    customData: customData ?? {},
    customDataSource: sourceName(customDataSource),
  };
}

/** The token, with `Bearer` before it or without, or with no space between: each SDK has a form of its own. */
function userTokenOf(request: FastifyRequest): string {
  const token = (request.headers.authorization ?? "").trim().replace(/^bearer\s*/i, "");
  // The form of RFC 6750; the client would throw at another.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new HttpError(401, "USER_UNAUTHENTICATED", "the token of a signed-in user is required");
  }
  return token;
}
