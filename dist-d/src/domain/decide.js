import { verifierFits } from "./secrets.js";
import { isTerminal } from "./ticket.js";
const to = (state, because) => because ? { to: state, because } : { to: state };
const unchanged = { unchanged: true };
const unchangedIf = (reason, otherwise) => ({
    unchanged: true,
    if: reason,
    else: otherwise,
});
const refuse = (reason) => ({ refuse: reason });
/**
 * The transition table: the only place where a state decides what a command does.
 * A state or a command without its cells does not compile.
 */
export const table = {
    PENDING: {
        markScanned: to("SCANNED"),
        authorize: refuse("TICKET_NOT_SCANNED"),
        cancel: refuse("TICKET_NOT_SCANNED"),
        withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
        exchange: refuse("TICKET_NOT_AUTHORIZED"),
        expire: to("EXPIRED"),
    },
    SCANNED: {
        markScanned: unchanged,
        authorize: to("AUTHORIZED"),
        cancel: to("CANCELLED", "CANCELLED_BY_APPROVER"),
        withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
        exchange: refuse("TICKET_NOT_AUTHORIZED"),
        expire: to("EXPIRED"),
    },
    AUTHORIZED: {
        markScanned: unchanged,
        authorize: unchanged,
        cancel: refuse("TICKET_ALREADY_AUTHORIZED"),
        withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),
        exchange: to("EXCHANGED"),
        expire: to("EXPIRED"),
    },
    EXCHANGED: {
        markScanned: refuse("TICKET_ALREADY_EXCHANGED"),
        authorize: refuse("TICKET_ALREADY_EXCHANGED"),
        cancel: refuse("TICKET_ALREADY_EXCHANGED"),
        withdraw: refuse("TICKET_ALREADY_EXCHANGED"),
        exchange: refuse("TICKET_ALREADY_EXCHANGED"),
        expire: unchanged,
    },
    CANCELLED: {
        markScanned: refuse("TICKET_CANCELLED"),
        authorize: refuse("TICKET_CANCELLED"),
        cancel: unchangedIf("CANCELLED_BY_APPROVER", "TICKET_CANCELLED"),
        withdraw: unchangedIf("WITHDRAWN_BY_CREATOR", "TICKET_CANCELLED"),
        exchange: refuse("TICKET_CANCELLED"),
        expire: unchanged,
    },
    EXPIRED: {
        markScanned: refuse("TICKET_EXPIRED"),
        authorize: refuse("TICKET_EXPIRED"),
        cancel: refuse("TICKET_EXPIRED"),
        withdraw: refuse("TICKET_EXPIRED"),
        exchange: refuse("TICKET_EXPIRED"),
        expire: unchanged,
    },
};
/**
 * Decides what a command does to a ticket. Pure: the same arguments, the same answer.
 *
 * Where several things are wrong the answer is the first of user pool, scanner, proof, state. Expiry is a command of its own:
 * whoever calls this with another one has let it take effect before ({@link expiryOf}).
 *
 * @throws Error when an approver's command would pass on a ticket that has lost its scanner.
 */
export function decide(ticket, command, write) {
    const objection = objectionTo(ticket, command);
    // A stranger is not told the state.
    if (objection)
        return { kind: "refuse", reason: objection, currentState: undefined };
    const currentState = ticket.state;
    const cell = table[currentState][command.name];
    if ("refuse" in cell)
        return { kind: "refuse", reason: cell.refuse, currentState };
    if ("unchanged" in cell) {
        if (cell.else !== undefined && cell.if !== ticket.cancelReason) {
            return { kind: "refuse", reason: cell.else, currentState };
        }
        assertBound(ticket, command);
        return { kind: "unchanged" };
    }
    const stamped = {
        ...ticket,
        ...effectOf(command, write),
        state: cell.to,
        revision: ticket.revision + 1,
        writeId: write.writeId,
    };
    assertBound(stamped, command);
    return { kind: "write", next: isTerminal(cell.to) ? finished(stamped, cell.because, write) : stamped };
}
/** The ticket after its time has run out, to be written in place of `ticket`; undefined while it lives or once it is finished. */
export function expiryOf(ticket, write) {
    if (write.now < ticket.expiresAt)
        return undefined;
    const decision = decide(ticket, { name: "expire" }, write);
    return decision.kind === "write" ? decision.next : undefined;
}
/** What speaks against the command whatever the state is: who gives it, and what they cannot prove. */
function objectionTo(ticket, command) {
    switch (command.name) {
        case "markScanned":
        case "authorize":
        case "cancel":
            if (command.by.userPoolId !== ticket.userPoolId)
                return "USER_POOL_MISMATCH";
            // Without a scanner there is nobody to be: the state then refuses all but the first scan.
            if (ticket.scanner && !isScanner(ticket.scanner, command.by))
                return "SCANNED_BY_ANOTHER_USER";
            return undefined;
        case "exchange":
            return isProven(command.codeVerifier, ticket.codeChallenge) ? undefined : "PROOF_INVALID";
        case "withdraw":
        case "expire":
            return undefined;
    }
}
/** What an approver's command passes on has a scanner: a binding that got lost is a fault and not an open door. */
function assertBound(ticket, command) {
    if ("by" in command && !ticket.scanner)
        throw new Error("a ticket past PENDING has no scanner");
}
function isScanner(scanner, by) {
    return scanner.issuer === by.issuer && scanner.subject === by.subject;
}
function isProven(codeVerifier, codeChallenge) {
    // A verifier without a challenge is a client that believes itself protected and is not (RFC 9700, section 2.1.1).
    if (codeChallenge === undefined)
        return codeVerifier === "";
    return codeVerifier !== "" && verifierFits(codeVerifier, codeChallenge);
}
/** What a command brings to a ticket that goes on living. */
function effectOf(command, write) {
    if (command.name === "markScanned") {
        const { issuer, subject, profile } = command.by;
        return { scanner: { issuer, subject }, scannedBy: { nickname: profile.nickname, photo: profile.photo } };
    }
    if (command.name === "authorize") {
        return {
            expiresAt: write.now + write.lifetimes.authorized,
            approval: { approvedAt: write.now, profile: command.profile, signIn: command.by.signIn },
        };
    }
    return {};
}
/** A finished ticket keeps what tells "expired", "cancelled" and "exchanged" apart, and no personal data. */
function finished(ticket, cancelReason, write) {
    return {
        ...ticket,
        cancelReason,
        forgetAt: write.now + write.lifetimes.remembered,
        customData: undefined,
        customDataSource: undefined,
        requester: undefined,
        scannedBy: undefined,
        approval: undefined,
    };
}
