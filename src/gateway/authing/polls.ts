import type { FastifyRequest } from "fastify";
import { withTimeout } from "../../base/with_timeout.js";
import {
  CancelReason,
  type ExchangeUserInfoResponse,
  isQrLoginError,
  type ScannedBy,
  TicketState,
  type TicketStatus,
} from "../../client/index.js";
import type { GatewayContext } from "../context.js";
import { logError } from "../http/error_handler.js";
import { requestIdOf } from "../http/request_id.js";
import type { PageTicket } from "../tickets/page_tickets.js";
import type { TicketSnapshot } from "../tickets/watch_hub.js";

/** State of a code in the Authing API. */
export type AuthingState = "PENDING" | "SCANNED" | "AUTHORIZED" | "CANCELLED" | "EXPIRED";

/** The result of a status call. */
export interface PollResult {
  readonly state: AuthingState;
  /** The scanner's profile, for the page to greet the user. Present from the scan until the end. */
  readonly scannedBy: ScannedBy | undefined;
  /** The exchange ticket for the page; undefined unless the state is AUTHORIZED. */
  readonly ticket: string | undefined;
  /** The user, for apps with `fullUserInStatus`; undefined unless the state is AUTHORIZED. */
  readonly signedIn: ExchangeUserInfoResponse | undefined;
}

/** Answers status calls from the gateway's own watch. */
export interface Polls {
  /**
   * Resolves with the status, without waiting for a change. Never rejects because of the service: after one
   * error, an SDK never polls again. If the service does not answer in time, the result is an earlier
   * state, and a later poll reports the change. With `fullUserInStatus`, the exchange takes place only if
   * `mayExchange` resolves with true.
   */
  poll(request: FastifyRequest, ticket: PageTicket, mayExchange: () => Promise<boolean>): Promise<PollResult>;
}

/**
 * Total time that a poll waits for the service, in milliseconds. The SDKs poll every 800 ms; slower polls
 * would overlap.
 */
const pollTimeoutMs = 700;

export function createPolls({
  watchHub,
  exchanges,
  pageTickets,
  clock,
}: Pick<GatewayContext, "watchHub" | "exchanges" | "pageTickets" | "clock">): Polls {
  async function statusOf(
    request: FastifyRequest,
    ticket: PageTicket,
  ): Promise<TicketStatus | "gone" | undefined> {
    try {
      return pollStatusOf(await watchHub.latest(ticket, pollTimeoutMs, requestIdOf(request)));
    } catch (error) {
      // The handle is genuine, so the ticket existed. The service has purged it, or lost it in a restart.
      if (isQrLoginError(error, "TICKET_NOT_FOUND")) return "gone";
      logError(error, request);
      return undefined;
    }
  }

  return {
    async poll(request, ticket, mayExchange) {
      const deadline = clock.now() + pollTimeoutMs;
      const status = await statusOf(request, ticket);
      // Nothing is known yet; a new ticket is PENDING.
      if (status === undefined) return toPollResult("PENDING");
      if (status === "gone") return toPollResult("EXPIRED");
      const state = stateOf(status);
      const { scannedBy } = status;
      if (state !== "AUTHORIZED") return toPollResult(state, { scannedBy });
      const signedIn = ticket.app.fullUserInStatus
        ? await exchangeWithin(request, ticket, mayExchange, deadline)
        : "not exchanged";
      // The next poll retries, or finds the result.
      if (signedIn === undefined) return toPollResult("SCANNED", { scannedBy });
      return toPollResult("AUTHORIZED", {
        scannedBy,
        ticket: await ticketForPage(ticket, status.exchangeTicket),
        ...(signedIn !== "not exchanged" && { signedIn }),
      });
    },
  };

  /**
   * Resolves with the `ticket` for a page. That is the plain exchange ticket if the app does not require a code
   * challenge and the browser may not exchange, and a sealed one otherwise. Only the exchange of the Authing API
   * accepts a sealed ticket, and it can check the browser. So if the app requires a code challenge, no page can
   * pass a ticket without one to a backend that makes the exchange itself.
   */
  async function ticketForPage(ticket: PageTicket, exchangeTicket: string): Promise<string> {
    const { app, boundTo } = ticket;
    const isBrowserExchange = app.exchangeFromBrowser && boundTo !== undefined;
    if (!isBrowserExchange && !app.requireCodeChallenge) return exchangeTicket;
    return pageTickets.sealExchangeTicket(ticket, exchangeTicket);
  }

  /** Exchanges the ticket. Resolves with undefined if that fails or is not done by `deadline`. */
  async function exchangeWithin(
    request: FastifyRequest,
    ticket: PageTicket,
    mayExchange: () => Promise<boolean>,
    deadline: number,
  ): Promise<ExchangeUserInfoResponse | "not exchanged" | undefined> {
    const exchange = async () =>
      (await mayExchange())
        ? exchanges.withGatewayCredentials(ticket, requestIdOf(request))
        : "not exchanged";
    try {
      return await withTimeout(exchange(), Math.max(0, deadline - clock.now()), clock);
    } catch (error) {
      logError(error, request);
      return undefined;
    }
  }
}

/**
 * Returns the status to report. Polls can overlap the exchange, so one that ends just after it must still report
 * success.
 */
function pollStatusOf(snapshot: TicketSnapshot | undefined): TicketStatus | undefined {
  return snapshot?.recentlyExchanged ?? snapshot?.status;
}

function stateOf({ state, cancelReason, scannedBy }: TicketStatus): AuthingState {
  switch (state) {
    case TicketState.PENDING:
      return "PENDING";
    case TicketState.SCANNED:
      return "SCANNED";
    case TicketState.AUTHORIZED:
      return "AUTHORIZED";
    case TicketState.CANCELLED:
      // On "cancelled", an SDK creates a new code at once. A site that has withdrawn the ticket does not want
      // one.
      return cancelReason === CancelReason.WITHDRAWN_BY_CREATOR ? "EXPIRED" : "CANCELLED";
    case TicketState.EXPIRED:
    case TicketState.EXCHANGED:
      return "EXPIRED";
    default:
      // A state of a later release. It is not terminal, so polling goes on.
      return scannedBy ? "SCANNED" : "PENDING";
  }
}

function toPollResult(state: AuthingState, fields: Partial<Omit<PollResult, "state">> = {}): PollResult {
  return { state, scannedBy: undefined, ticket: undefined, signedIn: undefined, ...fields };
}
