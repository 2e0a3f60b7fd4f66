import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
/** Whether nothing follows the state. A state that this client does not know is not terminal. */
export declare function isTerminal(state: TicketState): boolean;
