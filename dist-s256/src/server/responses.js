import { CancelReason, ContextSource, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { durationOf } from "../domain/durations.js";
import { exchangeTicketOf } from "../domain/secrets.js";
import { isTerminal } from "../domain/ticket.js";
/** The whole status, for whoever has shown the ticket secret. `clock` is the one by which tickets expire. */
export function statusMessage(ticket, { ticketSecret }, clock) {
    return {
        ticketId: ticket.id,
        state: TicketState[ticket.state],
        revision: ticket.revision,
        expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
        remainingDuration: isTerminal(ticket.state) ? durationOf(0) : remaining(ticket, clock),
        scannedBy: ticket.scannedBy && { nickname: ticket.scannedBy.nickname, photoUrl: ticket.scannedBy.photo },
        exchangeTicket: ticket.state === "AUTHORIZED" ? exchangeTicketOf(ticket.id, ticketSecret) : "",
        cancelReason: CancelReason[ticket.cancelReason ?? "UNSPECIFIED"],
    };
}
export function createdMessage({ ticket, ticketSecret }, qrContent, image, minPollInterval, clock) {
    return {
        ticketId: ticket.id,
        ticketSecret,
        qrContent,
        qrImage: image && { mediaType: image.mediaType, data: Buffer.from(image.data) },
        expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
        remainingDuration: remaining(ticket, clock),
        minPollInterval: durationOf(minPollInterval),
    };
}
export function scannedMessage(ticket, app, clock) {
    return {
        ticketId: ticket.id,
        state: TicketState[ticket.state],
        revision: ticket.revision,
        app,
        requester: ticket.requester && {
            ...ticket.requester,
            ipAddressSource: sourceValue(ticket.requester.ipAddressSource),
            userAgentSource: sourceValue(ticket.requester.userAgentSource),
            deviceNameSource: sourceValue(ticket.requester.deviceNameSource),
            locationSource: sourceValue(ticket.requester.locationSource),
        },
        customData: JSON.parse(ticket.customData ?? "{}"),
        customDataSource: sourceValue(ticket.customDataSource),
        expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),
        remainingDuration: remaining(ticket, clock),
    };
}
function sourceValue(source) {
    return ContextSource[source ?? "UNSPECIFIED"];
}
export function decidedMessage(ticket) {
    return { state: TicketState[ticket.state], revision: ticket.revision };
}
/** The user information, out of the ticket as it is before the exchange drops it, and the tokens if any were signed. */
export function exchangedMessage({ userPoolId, approval, scanner }, tokens, clock) {
    if (!approval || !scanner)
        throw new Error("an authorized ticket has no approval");
    const { photo, ...profile } = approval.profile;
    const { signIn } = approval;
    return {
        user: { ...profile, photoUrl: photo, claims: { ...profile.claims } },
        userPoolId,
        approval: {
            approveTime: new Date(clock.wallTimeOf(approval.approvedAt)),
            issuer: scanner.issuer,
            subject: scanner.subject,
            clientId: signIn.clientId,
            authTime: signIn.authTime === undefined ? undefined : new Date(signIn.authTime),
            authenticationMethods: [...signIn.methods],
            authenticationContext: signIn.acr,
        },
        tokenSet: tokens && {
            idToken: tokens.idToken,
            accessToken: tokens.accessToken,
            expireTime: new Date(tokens.expiresAt),
            remainingDuration: durationOf(tokens.life),
        },
    };
}
function remaining(ticket, clock) {
    return durationOf(Math.max(0, ticket.expiresAt - clock.now()));
}
