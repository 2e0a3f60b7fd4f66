/** Whether nothing follows the state. */
export function isTerminal(state) {
    return state === "EXCHANGED" || state === "CANCELLED" || state === "EXPIRED";
}
/** When something falls due by time alone: the expiry of a live ticket, the forgetting of a finished one. */
export function deadlineOf(ticket) {
    return ticket.forgetAt ?? ticket.expiresAt;
}
