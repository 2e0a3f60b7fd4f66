import {
  type AppClient,
  type AppCredentials,
  type ExchangeUserInfoResponse,
  isQrLoginError,
  TicketState,
} from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import { Refusal } from "../domain/refusal.js";
import { digest } from "../domain/secrets.js";
import { nameOf } from "./enum_names.js";
import type { FollowedTicket } from "./followers.js";
import { HttpRefusal } from "./refusal.js";

/**
 * Spends exchange tickets, each once, and answers whoever asks again at once with the same: calls that prove the same share
 * one answer while it is awaited and for five seconds after. A refusal is shared only while it is awaited.
 */
export interface Exchanges {
  /**
   * With the caller's own credentials, for which the service answers. Refuses with APP_UNAUTHENTICATED (401) where they are
   * wrong, and with whatever the service says: PROOF_INVALID where the code verifier does not fit the ticket.
   */
  byCaller(
    credentials: AppCredentials,
    exchangeTicket: string,
    codeVerifier?: string,
  ): Promise<ExchangeUserInfoResponse>;
  /**
   * With the gateway's own credentials. The route has checked that the asker is the one whom the ticket was made for. Refuses
   * with what the state of the ticket says, and with whatever the service says.
   */
  byGateway(ticket: FollowedTicket): Promise<ExchangeUserInfoResponse>;
  /** Forgets what it remembers. */
  close(): void;
}

const rememberedMs = 5_000;

export function createExchanges(client: AppClient, clock: Clock): Exchanges {
  const answers = new Map<string, Promise<ExchangeUserInfoResponse>>();
  const stops = new Set<() => void>();
  let closed = false;

  /** Remembered under a digest, so that no credential is kept. What was proved is part of it. */
  function once(
    proof: readonly string[],
    work: () => Promise<ExchangeUserInfoResponse>,
  ): Promise<ExchangeUserInfoResponse> {
    const key = digest(JSON.stringify(proof));
    const known = answers.get(key);
    if (known) return known;
    const answer = work();
    answers.set(key, answer);
    answer.then(
      () => {
        if (closed) return;
        const stop = clock.after(rememberedMs, () => {
          answers.delete(key);
          stops.delete(stop);
        });
        stops.add(stop);
      },
      () => answers.delete(key),
    );
    return answer;
  }

  return {
    byCaller(credentials, exchangeTicket, codeVerifier = "") {
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

    byGateway({ credentials, ticketId, ticketSecret }) {
      return once(["gateway", credentials.appId, ticketId, ticketSecret], async () => {
        const { status } = await client.getStatus({ ticketId, ticketSecret }, { credentials });
        const { exchangeTicket = "" } = status ?? {};
        if (exchangeTicket === "") throw notAuthorized(status?.state);
        return client.exchangeUserInfo({ exchangeTicket }, { credentials });
      });
    },

    close() {
      closed = true;
      for (const stop of stops) stop();
      stops.clear();
      answers.clear();
    },
  };
}

/** The caller's own credential is missing or wrong. */
export const appUnauthenticated = (): HttpRefusal =>
  new HttpRefusal(401, "APP_UNAUTHENTICATED", "a valid app credential is required");

/** What the service would say to an exchange in this state. */
function notAuthorized(state: TicketState | undefined): Refusal {
  const told = state === undefined ? {} : { currentState: nameOf(TicketState, state) };
  switch (state) {
    case TicketState.EXCHANGED:
      return new Refusal("TICKET_ALREADY_EXCHANGED", undefined, told);
    case TicketState.CANCELLED:
      return new Refusal("TICKET_CANCELLED", undefined, told);
    case TicketState.EXPIRED:
      return new Refusal("TICKET_EXPIRED", undefined, told);
    default:
      return new Refusal("TICKET_NOT_AUTHORIZED", undefined, told);
  }
}
