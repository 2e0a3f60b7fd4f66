import { expiryOf } from "../domain/decide.js";
import { Refusal } from "../domain/refusal.js";
import { newWriteId } from "../domain/secrets.js";
import { deadlineOf } from "../domain/ticket.js";
import { createDeadlines } from "./deadlines.js";
import { StoreUnavailable } from "./ticket_store.js";
/**
 * The embedded store: tickets in the memory of this process, gone with it.
 *
 * Expires and forgets by itself, in slices, so that a hundred thousand tickets that fall due at once do not hold up a
 * call. A ticket that is forgotten leaves nothing behind.
 */
export function createMemoryStore(options) {
    const { clock, lifetimes } = options;
    const tickets = new Map();
    const ticketsOfApp = new Map();
    const watchers = new Map();
    const deadlines = createDeadlines(clock, fallDue);
    let closed = false;
    function assertOpen() {
        if (closed)
            throw new StoreUnavailable("the store is closed");
    }
    function count(appId, change) {
        const now = (ticketsOfApp.get(appId) ?? 0) + change;
        if (now === 0)
            ticketsOfApp.delete(appId);
        else
            ticketsOfApp.set(appId, now);
    }
    function write(ticket) {
        tickets.set(ticket.id, ticket);
        deadlines.add(ticket.id, deadlineOf(ticket));
        for (const onChange of watchers.get(ticket.id) ?? [])
            onChange();
    }
    function fallDue(id) {
        const ticket = tickets.get(id);
        // A ticket that was written since has a later entry of its own.
        if (!ticket || deadlineOf(ticket) > clock.now())
            return;
        const expired = expiryOf(ticket, { now: clock.now(), writeId: newWriteId(), lifetimes });
        if (expired) {
            write(expired);
        }
        else {
            tickets.delete(id);
            count(ticket.appId, -1);
        }
    }
    return {
        async create(ticket) {
            assertOpen();
            if (tickets.has(ticket.id))
                throw new Error("a ticket with this id exists");
            if (tickets.size >= options.maxTickets) {
                throw new Refusal("TOO_MANY_TICKETS", "the service has as many tickets as it may have");
            }
            if ((ticketsOfApp.get(ticket.appId) ?? 0) >= options.maxTicketsPerApp) {
                throw new Refusal("TOO_MANY_TICKETS", "the app has as many tickets as it may have");
            }
            count(ticket.appId, 1);
            write(frozen(ticket));
        },
        async get(id) {
            assertOpen();
            const ticket = tickets.get(id);
            // The sweep may be a moment late; the answer is not.
            return ticket?.forgetAt !== undefined && ticket.forgetAt <= clock.now() ? undefined : ticket;
        },
        async replace(ticket, expectedWriteId) {
            assertOpen();
            if (tickets.get(ticket.id)?.writeId !== expectedWriteId)
                return false;
            write(frozen(ticket));
            return true;
        },
        async subscribe(id, onChange) {
            assertOpen();
            // One more function around it, so that the same callback may subscribe twice.
            const hint = () => onChange();
            const subscribed = watchers.get(id) ?? new Set();
            watchers.set(id, subscribed.add(hint));
            return () => {
                subscribed.delete(hint);
                if (subscribed.size === 0 && watchers.get(id) === subscribed)
                    watchers.delete(id);
            };
        },
        async close() {
            closed = true;
            deadlines.close();
            tickets.clear();
            ticketsOfApp.clear();
            watchers.clear();
        },
        get size() {
            return tickets.size;
        },
        get watchedIds() {
            return watchers.size;
        },
    };
}
/** Nobody outside can change what is stored: a shallow freeze will do, since the parts of a ticket are shared and never written. */
function frozen(ticket) {
    // Not `{ ...ticket }`: frozen, one of those was measured to take 500 bytes more.
    return Object.freeze(Object.assign({}, ticket));
}
