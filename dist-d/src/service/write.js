import { decide, expiryOf } from "../domain/decide.js";
import { Refusal } from "../domain/refusal.js";
import { isTicketId, newWriteId } from "../domain/secrets.js";
import { StoreUnavailable } from "../store/ticket_store.js";
/** So many lost races in a row are no race any more; the caller is asked to come back. */
const maxAttempts = 8;
/** For whoever has shown by other means that the ticket is theirs to see. */
export const anyone = () => { };
/**
 * The ticket as it is true now: one whose time has run out is written EXPIRED first, whoever looks at it.
 *
 * @param read The ticket as it was read before, which may be old: whatever is written is compared with it.
 * @throws Refusal TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and what `admit` throws.
 */
export async function load({ store, clock, lifetimes }, id, admit, read) {
    mustBeTicketId(id);
    // Not by `inStore`: its promises are a tenth of what a status costs here.
    try {
        for (let attempt = 0; attempt < maxAttempts; attempt++) {
            const ticket = (attempt === 0 && read) || (await store.get(id));
            if (!ticket)
                throw new Refusal("TICKET_NOT_FOUND");
            const now = clock.now();
            // Most tickets that are read live: none of them costs a write id.
            const isLive = now < ticket.expiresAt;
            const expired = isLive ? undefined : expiryOf(ticket, { now, writeId: newWriteId(), lifetimes });
            if (!expired || (await store.replace(expired, ticket.writeId))) {
                const current = expired ?? ticket;
                admit(current);
                return current;
            }
        }
    }
    catch (error) {
        throw storeRefusal(error);
    }
    throw new Refusal("CONCURRENT_UPDATE");
}
/**
 * Calls `onChange` when the ticket may have been written, as {@link TicketStore.subscribe}.
 *
 * @throws Refusal TICKET_NOT_FOUND, STORE_UNAVAILABLE
 */
export function subscribe({ store }, id, onChange) {
    return inStore(async () => {
        mustBeTicketId(id);
        return store.subscribe(id, onChange);
    });
}
/**
 * Throws Refusal TICKET_NOT_FOUND where no ticket can have the id. No such text reaches a store, in whose keys and channels a
 * brace, say, would mean something.
 */
function mustBeTicketId(id) {
    if (!isTicketId(id))
        throw new Refusal("TICKET_NOT_FOUND");
}
/**
 * Lets a command take effect: load, decide, write if nobody else has written since, else load again. The loser of a race
 * is answered by the state that won.
 *
 * @throws Refusal with what the table says; also TICKET_NOT_FOUND, CONCURRENT_UPDATE, STORE_UNAVAILABLE, and
 * OUTCOME_UNKNOWN for an exchange.
 */
export async function perform(access, id, command, { admit, prepare, read }) {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const ticket = await load(access, id, admit, attempt === 0 ? read : undefined);
        const next = nextOf(access, ticket, command);
        if (!next)
            return { ticket, prepared: undefined };
        const prepared = await prepare?.(ticket);
        if (await inStore(() => access.store.replace(next, ticket.writeId), command.name)) {
            return { ticket: next, prepared };
        }
    }
    throw new Refusal("CONCURRENT_UPDATE");
}
/**
 * What the command would write to the ticket as it is, or undefined if it would change nothing.
 *
 * @throws Refusal with what the table says.
 */
export function nextOf({ clock, lifetimes }, ticket, command) {
    const decision = decide(ticket, command, { now: clock.now(), writeId: newWriteId(), lifetimes });
    if (decision.kind === "refuse") {
        const { reason, currentState } = decision;
        throw new Refusal(reason, undefined, currentState && { currentState });
    }
    return decision.kind === "write" ? decision.next : undefined;
}
/** Tells the caller of a back end that is away, and whether a second try is safe. */
export async function inStore(work, command) {
    try {
        return await work();
    }
    catch (error) {
        throw storeRefusal(error, command);
    }
}
/** Returns the refusal for an error of the store, or the error itself where it is another. */
function storeRefusal(error, command) {
    if (!(error instanceof StoreUnavailable))
        return error;
    // Every other command may be repeated: done twice it is done once.
    const lost = error.outcome === "unknown" && command === "exchange";
    return new Refusal(lost ? "OUTCOME_UNKNOWN" : "STORE_UNAVAILABLE", undefined, { cause: error });
}
