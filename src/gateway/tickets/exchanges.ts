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
import { HttpError } from "../http/http_error.js";
import { enumNameOf } from "../http/requester_json.js";
import type { FollowedTicket } from "./watch_hub.js";

/**
 * Spends exchange tickets, each once, and answers whoever asks again at once with the same: calls that prove the same share
 * one answer while it is awaited and for five seconds after. A refusal is shared only while it is awaited.
 */
export interface Exchanges {
  /**
   * With the caller's own credentials, for which the service answers. Refuses with APP_UNAUTHENTICATED (401) where they are
   * wrong, and with whatever the service says: PROOF_INVALID where the code verifier does not fit the ticket.
   */
  withCallerCredentials(
    credentials: AppCredentials,
    exchangeTicket: string,
    codeVerifier?: string,
  ): Promise<ExchangeUserInfoResponse>;
  /**
   * With the gateway's own credentials. The route has checked that the asker is the one whom the ticket was made for. Refuses
   * with what the state of the ticket says, and with whatever the service says.
   */
  withGatewayCredentials(ticket: FollowedTicket): Promise<ExchangeUserInfoResponse>;
  /** Forgets what it remembers. */
  close(): void;
}

const shareResultMs = 5_000;

export function createExchanges(client: AppClient, clock: Clock): Exchanges {
  const results = new Map<string, Promise<ExchangeUserInfoResponse>>();
  const cancelTimers = new Set<() => void>();
  let closed = false;

  /** Remembered under a digest, so that no credential is kept. What was proved is part of it. */
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

  return {
    withCallerCredentials(credentials, exchangeTicket, codeVerifier = "") {
      const { appId, appSecret } = credentials;
      return once(["caller", appId, appSecret, exchangeTicket, codeVerifier], async () => {
        try {
          return await client.exchangeUserInfo({ exchangeTicket, codeVerifier }, { credentials });
        } catch (error) {
          if (isQrLoginError(error, "APP_UNAUTHENTICATED")) throw appUnauthenticated();
          throw error;
        }
      });
    },

    withGatewayCredentials({ credentials, ticketId, ticketSecret }) {
      return once(["gateway", credentials.appId, ticketId, ticketSecret], async () => {
        const { status } = await client.getStatus({ ticketId, ticketSecret }, { credentials });
        const { exchangeTicket = "" } = status ?? {};
        if (exchangeTicket === "") throw notAuthorized(status?.state);
        return client.exchangeUserInfo({ exchangeTicket }, { credentials });
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

/** The caller's own credential is missing or wrong. */
export const appUnauthenticated = (): HttpError =>
  new HttpError(401, "APP_UNAUTHENTICATED", "a valid app credential is required");

/** What the service would say to an exchange in this state. */
function notAuthorized(state: TicketState | undefined): TicketError {
  const details = state === undefined ? {} : { currentState: enumNameOf(TicketState, state) };
  switch (state) {
    case TicketState.EXCHANGED:
      return new TicketError("TICKET_ALREADY_EXCHANGED", undefined, details);
    case TicketState.CANCELLED:
      return new TicketError("TICKET_CANCELLED", undefined, details);
    case TicketState.EXPIRED:
      return new TicketError("TICKET_EXPIRED", undefined, details);
    default:
      return new TicketError("TICKET_NOT_AUTHORIZED", undefined, details);
  }
}
