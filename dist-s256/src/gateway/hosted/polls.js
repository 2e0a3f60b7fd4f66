import { CancelReason, isQrLoginError, TicketState, } from "../../client/index.js";
import { refusalFor } from "../errors.js";
import { within } from "../within.js";
/** How long a poll waits for what is not at hand, in all, in milliseconds. The SDKs poll every 800, and overlap when it takes longer. */
const patienceMs = 700;
export function createPolls({ followers, exchanges, clock }, pageTickets) {
    async function statusOf(request, ticket) {
        try {
            return presentStatus(await followers.glance(ticket, patienceMs));
        }
        catch (error) {
            // The handle is genuine, so the ticket was there: the service has forgotten it, or lost it in a restart.
            if (isQrLoginError(error, "TICKET_NOT_FOUND"))
                return "gone";
            refusalFor(error, request);
            return undefined;
        }
    }
    return {
        async look(request, ticket, maySpend) {
            const until = clock.now() + patienceMs;
            const status = await statusOf(request, ticket);
            // Nothing known yet: whoever made the handle saw it PENDING.
            if (status === undefined)
                return poll("PENDING");
            if (status === "gone")
                return poll("EXPIRED");
            const state = stateOf(status);
            const { scannedBy } = status;
            if (state !== "AUTHORIZED")
                return poll(state, { scannedBy });
            const signedIn = ticket.app.fullUserInStatus
                ? await spend(request, ticket, maySpend, until)
                : "not spent";
            // The next poll tries again, or finds what became of it.
            if (signedIn === undefined)
                return poll("SCANNED", { scannedBy });
            return poll("AUTHORIZED", {
                scannedBy,
                ticket: await pageTickets.tell(ticket, status.exchangeTicket),
                ...(signedIn !== "not spent" && { signedIn }),
            });
        },
    };
    /** Undefined if it failed, or takes longer than a poll may. */
    async function spend(request, ticket, maySpend, until) {
        const work = async () => ((await maySpend()) ? exchanges.byGateway(ticket) : "not spent");
        try {
            return await within(Math.max(0, until - clock.now()), work(), clock);
        }
        catch (error) {
            refusalFor(error, request);
            return undefined;
        }
    }
}
/** Polls overlap: one that comes just after the exchange must not turn the success into an end. */
function presentStatus(sighting) {
    return sighting?.justSpent ?? sighting?.status;
}
function stateOf({ state, cancelReason, scannedBy }) {
    switch (state) {
        case TicketState.PENDING:
            return "PENDING";
        case TicketState.SCANNED:
            return "SCANNED";
        case TicketState.AUTHORIZED:
            return "AUTHORIZED";
        case TicketState.CANCELLED:
            // An SDK answers "cancelled" with a new code at once, which is not what a site wants that has given this one up.
            return cancelReason === CancelReason.WITHDRAWN_BY_CREATOR ? "EXPIRED" : "CANCELLED";
        case TicketState.EXPIRED:
        case TicketState.EXCHANGED:
            return "EXPIRED";
        default:
            // A state of a later release, which will change.
            return scannedBy ? "SCANNED" : "PENDING";
    }
}
function poll(state, told = {}) {
    return { state, scannedBy: undefined, ticket: undefined, signedIn: undefined, ...told };
}
