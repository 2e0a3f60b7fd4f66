import type { Clock } from "../../base/clock.js";
import {
  type AppClient,
  type AppCredentials,
  type ExchangeUserInfoResponse,
  isQrLoginError,
  TicketState,
} from "../../client/index.js";
import { sha256 } from "../../domain/secrets.js";
import { TicketError } from "../../domain/ticket_error.js";
import { exchangeErrorOf } from "../../domain/transitions.js";
import { HttpError } from "../http/http_error.js";
import { enumNameOf } from "../http/requester_json.js";
import type { TicketReference } from "./watch_hub.js";

/**
 * Exchanges tickets, each once. Calls with the same arguments share one result while the first call is
 * pending, and for five seconds after it succeeds. They share an error only while it is pending.
 */
export interface Exchanges {
  /**
   * Exchanges with the caller's own credentials, which the service verifies.
   *
   * @throws HttpError APP_UNAUTHENTICATED (401) if the credentials are wrong.
   * @throws QrLoginError with the service's reason, for instance PROOF_INVALID if the code verifier does not
   *   match.
   */
  withCallerCredentials(
    credentials: AppCredentials,
    exchangeTicket: string,
    codeVerifier: string | undefined,
    requestId?: string,
  ): Promise<ExchangeUserInfoResponse>;
  /**
   * Exchanges with the gateway's own credentials. The route must have checked that the caller is the browser
   * that the ticket is bound to.
   *
   * @throws TicketError if the state of the ticket does not allow an exchange.
   * @throws QrLoginError with the service's reason.
   */
  withGatewayCredentials(ticket: TicketReference, requestId?: string): Promise<ExchangeUserInfoResponse>;
  /** Drops all shared results and cancels their timers. */
  close(): void;
}

/** Time that a successful result is shared, in milliseconds. */
const shareResultMs = 5_000;

/** Longest wait for the poll interval of the service, in milliseconds. */
const maxPollWaitMs = 1_000;

/** Creates the exchanges of a gateway. */
export function createExchanges(
  client: AppClient,
  callerClient: Pick<AppClient, "exchangeUserInfo">,
  clock: Clock,
): Exchanges {
  const results = new Map<string, Promise<ExchangeUserInfoResponse>>();
  const cancelTimers = new Set<() => void>();
  let closed = false;

  /** Runs an exchange once for each proof. Results are kept by a digest, so that no proof stays in memory. */
  function once(
    proof: readonly string[],
    exchange: () => Promise<ExchangeUserInfoResponse>,
  ): Promise<ExchangeUserInfoResponse> {
    const key = sha256(JSON.stringify(proof));
    const pending = results.get(key);
    if (pending) return pending;
    const result = exchange();
    results.set(key, result);
    result.then(
      () => {
        if (closed) return;
        const cancelTimer = clock.after(shareResultMs, () => {
          results.delete(key);
          cancelTimers.delete(cancelTimer);
        });
        cancelTimers.add(cancelTimer);
      },
      () => results.delete(key),
    );
    return result;
  }

  /**
   * Reads the status. If a poll of the page has just called the service too, waits until the service accepts the next
   * one.
   */
  async function readStatus(
    { credentials, ticketId, ticketSecret }: TicketReference,
    requestId: string | undefined,
  ) {
    const read = () => client.getStatus({ ticketId, ticketSecret }, { credentials, requestId });
    try {
      return await read();
    } catch (error) {
      const isTooEarly = isQrLoginError(error, "RATE_LIMITED") && error.exceededLimit === "poll_interval";
      const { retryAfterMs = Number.POSITIVE_INFINITY } = isTooEarly ? error : {};
      if (retryAfterMs > maxPollWaitMs) throw error;
      await new Promise<void>((resolve) => void clock.after(retryAfterMs, resolve));
      return read();
    }
  }

  return {
    withCallerCredentials(credentials, exchangeTicket, codeVerifier = "", requestId) {
      const { appId, appSecret = "" } = credentials;
      return once(["caller", appId, appSecret, exchangeTicket, codeVerifier], async () => {
        try {
          const options = { credentials, requestId };
          return await callerClient.exchangeUserInfo({ exchangeTicket, codeVerifier }, options);
        } catch (error) {
          if (isQrLoginError(error, "APP_UNAUTHENTICATED")) throw appUnauthenticated();
          throw error;
        }
      });
    },

    withGatewayCredentials(ticket, requestId) {
      const { credentials, ticketId, ticketSecret } = ticket;
      return once(["gateway", credentials.appId, ticketId, ticketSecret], async () => {
        const { status } = await readStatus(ticket, requestId);
        const { exchangeTicket = "" } = status ?? {};
        if (exchangeTicket === "") throw notAuthorized(status?.state);
        return client.exchangeUserInfo({ exchangeTicket }, { credentials, requestId });
      });
    },

    close() {
      closed = true;
      for (const cancelTimer of cancelTimers) cancelTimer();
      cancelTimers.clear();
      results.clear();
    },
  };
}

/** Creates the error for a caller whose own credential is missing or wrong. */
export const appUnauthenticated = (): HttpError =>
  new HttpError(401, "APP_UNAUTHENTICATED", "a valid app credential is required");

/** Returns the error that the service would return to an exchange in this state. */
function notAuthorized(state: TicketState | undefined): TicketError {
  if (state === undefined) return new TicketError("TICKET_NOT_AUTHORIZED");
  const currentState = enumNameOf(TicketState, state);
  const reason = exchangeErrorOf(currentState) ?? "TICKET_NOT_AUTHORIZED";
  return new TicketError(reason, undefined, { currentState });
}
