import { TicketState } from "../../gen/qrlogin/v1/ticket.js";

/** Reports whether the state is terminal: no other state follows. A state unknown to this client is not terminal. */
export function isTerminal(state: TicketState): boolean {
  return state === TicketState.EXCHANGED || state === TicketState.CANCELLED || state === TicketState.EXPIRED;
}
