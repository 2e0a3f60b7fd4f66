import type { Duration } from "../../../gen/google/protobuf/duration.js";
import type {
  AuthorizeResponse,
  CreateTicketResponse,
  ExchangeUserInfoResponse,
  MarkScannedResponse,
  RequestingApp,
} from "../../../gen/qrlogin/v1/qr_login_service.js";
import {
  CancelReason,
  ContextSource,
  TicketState,
  type TicketStatus,
} from "../../../gen/qrlogin/v1/ticket.js";
import type { SignedTokens } from "../../auth/signing/token_signer.js";
import type { Clock } from "../../base/clock.js";
import { durationOf } from "../../base/durations.js";
import { checkCodeAttemptsLeft } from "../../domain/decide.js";
import { exchangeTicketOf } from "../../domain/secrets.js";
import { isTerminal, type ContextSource as Source, type Ticket } from "../../domain/ticket.js";
import type { Image } from "../../qr/image_renderer.js";
import type { PreparedTicket, TicketCredentials } from "../../service/tickets.js";
import { toFirstQrCodeStep, toShownQrCodeStep } from "./qr_code_step.js";

/**
 * Returns the full status of a ticket, for a caller that has presented the ticket secret.
 *
 * @param clock Clock that decides when tickets expire.
 */
export function toTicketStatus(
  ticket: Ticket,
  { ticketSecret }: TicketCredentials,
  clock: Clock,
): TicketStatus {
  const awaitsCheckCode = ticket.state === "AWAITING_CHECK_CODE";
  return {
    ticketId: ticket.id,
    state: TicketState[ticket.state],
    revision: ticket.revision,
    expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
    remainingDuration: isTerminal(ticket.state) ? durationOf(0) : remainingDurationOf(ticket, clock),
    scannedBy: ticket.scannedBy && { nickname: ticket.scannedBy.nickname, photoUrl: ticket.scannedBy.photo },
    exchangeTicket: ticket.state === "AUTHORIZED" ? exchangeTicketOf(ticket.id, ticketSecret) : "",
    cancelReason: CancelReason[ticket.cancelReason ?? "UNSPECIFIED"],
    checkCodeDigits: awaitsCheckCode ? ticket.checkCodeDigits : 0,
    checkCodeAttemptsLeft: awaitsCheckCode ? checkCodeAttemptsLeft(ticket) : 0,
    qrCodeStep: toShownQrCodeStep(ticket, clock),
  };
}

export function toCreateTicketResponse(
  { ticket, ticketSecret }: PreparedTicket,
  qrContent: string,
  image: Image | undefined,
  minPollInterval: number,
  clock: Clock,
): CreateTicketResponse {
  return {
    ticketId: ticket.id,
    ticketSecret,
    qrContent,
    qrImage: image && { mediaType: image.mediaType, data: Buffer.from(image.data) },
    expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
    remainingDuration: remainingDurationOf(ticket, clock),
    minPollInterval: durationOf(minPollInterval),
    qrCodeStep: toFirstQrCodeStep(ticket, qrContent, clock),
  };
}

export function toMarkScannedResponse(ticket: Ticket, app: RequestingApp, clock: Clock): MarkScannedResponse {
  return {
    ticketId: ticket.id,
    state: TicketState[ticket.state],
    revision: ticket.revision,
    app,
    requester: ticket.requester && {
      ...ticket.requester,
      ipAddressSource: toContextSource(ticket.requester.ipAddressSource),
      userAgentSource: toContextSource(ticket.requester.userAgentSource),
      deviceNameSource: toContextSource(ticket.requester.deviceNameSource),
      locationSource: toContextSource(ticket.requester.locationSource),
    },
    customData: JSON.parse(ticket.customData ?? "{}"),
    customDataSource: toContextSource(ticket.customDataSource),
    checkCodeDigits: ticket.checkCodeDigits,
    expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
    remainingDuration: remainingDurationOf(ticket, clock),
  };
}

function toContextSource(source: Source | undefined): ContextSource {
  return ContextSource[source ?? "UNSPECIFIED"];
}

/** Returns the response of Authorize, with the check code and its time while the website still waits for it. */
export function toAuthorizeResponse(ticket: Ticket, clock: Clock): AuthorizeResponse {
  const awaitsCheckCode = ticket.state === "AWAITING_CHECK_CODE";
  return {
    ...toStateResponse(ticket),
    checkCode: awaitsCheckCode ? (ticket.checkCode?.digits ?? "") : "",
    remainingDuration: awaitsCheckCode ? remainingDurationOf(ticket, clock) : undefined,
  };
}

export function toStateResponse(ticket: Ticket): { state: TicketState; revision: number } {
  return { state: TicketState[ticket.state], revision: ticket.revision };
}

/**
 * Returns the user information and the tokens, if any. Needs the ticket as it was before the exchange, which
 * removes the user information from it.
 */
export function toExchangeUserInfoResponse(
  { userPoolId, approval, scanner }: Ticket,
  tokens: SignedTokens | undefined,
  clock: Clock,
): ExchangeUserInfoResponse {
  if (!approval || !scanner) throw new Error("an authorized ticket has no approval or no scanner");
  const { photo, ...profile } = approval.profile;
  const { signIn } = approval;
  return {
    user: { ...profile, photoUrl: photo, claims: { ...profile.claims } },
    userPoolId,
    approval: {
      approveTime: new Date(clock.wallTimeOf(approval.approvedAt)),
      issuer: scanner.issuer,
      subject: scanner.subject,
      clientId: signIn.clientId,
      authTime: signIn.authTime === undefined ? undefined : new Date(signIn.authTime),
      authenticationMethods: [...signIn.methods],
      authenticationContext: signIn.acr,
    },
    tokenSet: tokens && {
      idToken: tokens.idToken,
      accessToken: tokens.accessToken,
      expireTime: new Date(tokens.expiresAt),
      remainingDuration: durationOf(tokens.expiresInMs),
    },
  };
}

function remainingDurationOf(ticket: Ticket, clock: Clock): Duration {
  return durationOf(Math.max(0, ticket.expiresAt - clock.now()));
}
