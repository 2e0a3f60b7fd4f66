import type { FastifyRequest } from "fastify";
import type { ApproverCallOptions, ApproverClient, MarkScannedResponse } from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { HttpError } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { sourceName, toRequesterJson } from "../http/requester_json.js";
import type { Codes } from "./codes.js";

/** An action of a phone on a code that it has scanned. */
export type PhoneAction = "SCAN" | "CONFIRM" | "CANCEL";

/** The result of a phone's action. */
export interface PhoneActionResult {
  /** The result, for people. */
  readonly description: string;
  /**
   * After SCAN: the app and the requester, for the phone to show before it asks the user. Empty otherwise.
   * Not part of Authing's API.
   */
  readonly scanDetails: Record<string, unknown>;
}

/**
 * Performs an action of the phone, for the user whose token the request carries.
 *
 * @throws HttpError USER_UNAUTHENTICATED, TICKET_NOT_FOUND
 * @throws QrLoginError with the service's reason.
 */
export type PerformPhoneAction = (
  request: FastifyRequest,
  action: PhoneAction,
  scannedId: string,
) => Promise<PhoneActionResult>;

/** Creates the function that performs the phone's actions. */
export function createPhoneActions(
  { approverClient }: Pick<GatewayContext, "approverClient">,
  codes: Codes,
): PerformPhoneAction {
  return async (request, action, scannedId) => {
    const token = userTokenOf(request);
    const ticketId = await codes.resolveTicketId(scannedId);
    annotateLog(request, { ticketId });
    return actions[action](approverClient, ticketId, { token, requestId: requestIdOf(request) });
  };
}

type CallService = (
  approverClient: ApproverClient,
  ticketId: string,
  options: ApproverCallOptions,
) => Promise<PhoneActionResult>;

const actions: Readonly<Record<PhoneAction, CallService>> = {
  async SCAN(approverClient, ticketId, options) {
    const response = await approverClient.markScanned(
      { scanned: { $case: "ticketId", value: ticketId } },
      options,
    );
    return { description: "the code is marked as scanned", scanDetails: toScanDetails(response) };
  },
  async CONFIRM(approverClient, ticketId, options) {
    await approverClient.authorize({ ticketId }, options);
    return { description: "the sign-in is approved", scanDetails: {} };
  },
  async CANCEL(approverClient, ticketId, options) {
    await approverClient.cancel({ ticketId }, options);
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

/**
 * Returns the token. The SDKs send it after `Bearer`, with or without a space, or alone.
 *
 * @throws HttpError USER_UNAUTHENTICATED if there is none.
 */
export function userTokenOf(request: FastifyRequest): string {
  const token = (request.headers.authorization ?? "").trim().replace(/^bearer\s*/i, "");
  // The syntax of RFC 6750. The gRPC client would throw for any other text.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new HttpError(401, "USER_UNAUTHENTICATED", "the token of a signed-in user is required");
  }
  return token;
}
