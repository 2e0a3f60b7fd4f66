import { Refusal } from "../domain/refusal.js";
import { exchangeDigestOf, exchangeTicketFits, exchangeTicketOf, newSecret, newTicketId, newWriteId, secretFits, ticketIdOf, } from "../domain/secrets.js";
import { inStore, load, nextOf, perform } from "./write.js";
/**
 * The use cases. Each loads the ticket, checks that the caller may see it, and leaves every decision to the transition
 * table. They throw a Refusal for whatever the caller is told.
 */
export function createTicketService(access, life) {
    return {
        /** Makes a ticket and its secret without storing it, so that all that can fail happens before the write. */
        prepare(app, wish) {
            const createdAt = access.clock.now();
            const id = newTicketId();
            const ticketSecret = newSecret();
            const ttl = Math.min(Math.max(wish.ttl ?? life.ttl, life.minTtl), life.maxTtl);
            const ticket = {
                id,
                appId: app.id,
                userPoolId: app.userPool,
                scene: wish.scene,
                state: "PENDING",
                revision: 1,
                writeId: newWriteId(),
                exchangeDigest: exchangeDigestOf(exchangeTicketOf(id, ticketSecret)),
                codeChallenge: wish.codeChallenge,
                expiresAt: createdAt + ttl,
                forgetAt: undefined,
                cancelReason: undefined,
                scanner: undefined,
                customData: wish.customData,
                customDataSource: wish.customDataSource,
                requester: wish.requester,
                scannedBy: undefined,
                approval: undefined,
            };
            return { ticket, ticketSecret, createdAt };
        },
        /** Stores a prepared ticket. Refuses with TOO_MANY_TICKETS. */
        create(prepared) {
            return inStore(() => access.store.create(prepared.ticket));
        },
        /** The ticket as it is now, for its creator. */
        async get(app, proof) {
            const ticket = await load(access, proof.ticketId);
            creatorOnly(app, proof)(ticket);
            return ticket;
        },
        async markScanned(by, scanned) {
            const command = { name: "markScanned", by };
            return (await perform(access, scanned.ticketId, command, { admit: agreesWith(scanned) })).ticket;
        },
        /** `fetchProfile` is asked only if the approval would be written, and before it is: what it throws changes nothing. */
        async authorize(by, ticketId, fetchProfile) {
            const ticket = await load(access, ticketId);
            const next = nextOf(access, ticket, { name: "authorize", by, profile: by.profile });
            if (!next)
                return ticket;
            const command = { name: "authorize", by, profile: await fetchProfile() };
            return (await perform(access, ticketId, command, { admit: anyone, read: ticket })).ticket;
        },
        async cancel(by, ticketId) {
            return (await perform(access, ticketId, { name: "cancel", by }, { admit: anyone })).ticket;
        },
        async withdraw(app, proof) {
            const admit = creatorOnly(app, proof);
            return (await perform(access, proof.ticketId, { name: "withdraw" }, { admit })).ticket;
        },
        /**
         * What `prepare` makes of the authorized ticket, for the one exchange that wins. It is asked before the write that gives
         * the login away and drops the approval: what it throws leaves the exchange ticket unspent.
         */
        async exchange(app, exchangeTicket, codeVerifier, prepare) {
            const id = ticketIdOf(exchangeTicket);
            if (id === undefined)
                throw new Refusal("TICKET_NOT_FOUND");
            const admit = (ticket) => {
                const isRight = ticket.appId === app.id && exchangeTicketFits(exchangeTicket, ticket);
                if (!isRight)
                    throw new Refusal("TICKET_NOT_FOUND");
            };
            const { prepared } = await perform(access, id, { name: "exchange", codeVerifier }, { admit, prepare });
            // The table has no cell that lets an exchange pass without a write.
            if (!prepared)
                throw new Error("an exchange was answered without a write");
            return prepared;
        },
    };
}
/** Only the app that created the ticket, and only with the ticket secret. */
export function creatorOnly(app, proof) {
    return (ticket) => {
        const isRight = ticket.appId === app.id && secretFits(proof.ticketSecret, ticket);
        if (!isRight)
            throw new Refusal("TICKET_NOT_FOUND");
    };
}
/** Approvers prove who they are, and the table knows the rest. */
const anyone = () => { };
function agreesWith(scanned) {
    return (ticket) => {
        const agrees = (scanned.scene ?? ticket.scene) === ticket.scene &&
            (scanned.userPoolId ?? ticket.userPoolId) === ticket.userPoolId;
        if (agrees)
            return;
        const cause = "scene or userPoolId of the code is not the ticket's";
        throw new Refusal("QR_CONTENT_INVALID", undefined, { cause });
    };
}
