import { millisecondsOf } from "../../base/durations.js";
import {
  CancelReason,
  type ExchangeUserInfoResponse,
  type QrCodeStep as QrCodeStepMessage,
  TicketState,
} from "../../client/index.js";
import type {
  AppDisplay,
  CreateTicketResponse,
  ExchangeResponse,
  QrCodeStep,
  StatusResponse,
} from "../../http_types.js";
import { enumNameOf } from "../http/requester_json.js";
import type { NewTicket } from "./page_tickets.js";
import type { TicketSnapshot } from "./watch_hub.js";

/** Converts tickets and their statuses to JSON for a page. */
export interface TicketResponses {
  toCreateTicketResponse(created: NewTicket, app: AppDisplay): Promise<CreateTicketResponse>;
  /** Returns the status, with the exchange ticket only if `includeExchangeTicket` is set. */
  toStatusResponse(snapshot: TicketSnapshot, includeExchangeTicket: boolean): Promise<StatusResponse>;
}

/** Addresses of the images of a code. */
type Pictures = QrCodeStep["pictures"];

/**
 * Creates the conversions.
 *
 * @param toPictures Resolves with the addresses of the images of a text, which are valid for `lifetimeMs`.
 */
export function createTicketResponses(
  toPictures: (qrContent: string, lifetimeMs: number) => Promise<Pictures>,
): TicketResponses {
  // An address contains random bits. All readers of a step get the same one, so that browsers can cache the image.
  const picturesByStep = new WeakMap<QrCodeStepMessage, Promise<Pictures>>();

  function picturesOf(step: QrCodeStepMessage, lifetimeMs: number): Promise<Pictures> {
    const known = picturesByStep.get(step);
    if (known !== undefined) return known;
    const pictures = toPictures(step.qrContent, lifetimeMs);
    picturesByStep.set(step, pictures);
    return pictures;
  }

  return {
    async toCreateTicketResponse({ handle, ticketId, qrContent, qrCodeStep, ...created }, app) {
      const pictures = await toPictures(qrContent, created.remainingMs);
      return {
        handle,
        ticketId,
        app,
        qrContent,
        pictures,
        expiresAt: new Date(created.expiresAt).toISOString(),
        remainingMs: created.remainingMs,
        minPollIntervalMs: created.minPollIntervalMs,
        qrCode: qrCodeStep
          ? {
              step: qrCodeStep.number,
              qrContent,
              pictures,
              remainingMs: millisecondsOf(qrCodeStep.remainingDuration) || null,
            }
          : null,
      };
    },

    async toStatusResponse(snapshot, includeExchangeTicket) {
      const remainingMs = snapshot.remainingMs();
      const { qrCodeStep: step } = snapshot.status;
      return {
        ...toFixedFields(snapshot, includeExchangeTicket),
        remainingMs,
        qrCode: step
          ? {
              step: step.number,
              qrContent: step.qrContent,
              pictures: await picturesOf(step, remainingMs),
              remainingMs: snapshot.stepRemainingMs(),
            }
          : null,
      };
    },
  };
}

function toFixedFields(
  { status }: TicketSnapshot,
  includeExchangeTicket: boolean,
): Omit<StatusResponse, "remainingMs" | "qrCode"> {
  return {
    ticketId: status.ticketId,
    state: enumNameOf(TicketState, status.state),
    revision: status.revision,
    expiresAt: status.expireTime?.toISOString() ?? null,
    scannedBy: status.scannedBy ?? null,
    exchangeTicket: includeExchangeTicket && status.exchangeTicket !== "" ? status.exchangeTicket : null,
    cancelReason: status.cancelReason === 0 ? null : enumNameOf(CancelReason, status.cancelReason),
    checkCode:
      status.checkCodeDigits === 0
        ? null
        : { digits: status.checkCodeDigits, attemptsLeft: status.checkCodeAttemptsLeft },
  };
}

/** Returns the response to an exchange as JSON. */
export function toExchangeResponse({
  user,
  userPoolId,
  approval,
  tokenSet,
}: ExchangeUserInfoResponse): ExchangeResponse {
  return {
    user: user ? { ...user } : null,
    userPoolId,
    approval: approval ? { ...approval } : null,
    tokenSet: tokenSet
      ? {
          idToken: tokenSet.idToken,
          accessToken: tokenSet.accessToken,
          tokenType: "Bearer",
          expiresAt: tokenSet.expireTime?.toISOString() ?? null,
          expiresInMs: millisecondsOf(tokenSet.remainingDuration),
        }
      : null,
  };
}
