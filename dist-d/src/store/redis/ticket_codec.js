import { StoreUnavailable } from "../ticket_store.js";
/** Length of a write id: what every value begins with, for the script to compare. */
const writeIdLength = 16;
/**
 * What follows the write id: the version of the stored form. A node that meets another one, older or newer, leaves the ticket
 * alone. Form 1 had a digest of the secret and one of the exchange ticket where form 2 has one for both, and no sources.
 */
const form = "2";
/**
 * A ticket as a value in Redis: the write id, the version of the form, and the rest as a JSON array. By position and not by name, which
 * makes it half as long; the id is in the key. Parts that are undefined are null in JSON.
 */
export function encodeTicket(ticket) {
    const { requester, scanner, scannedBy } = ticket;
    if (ticket.writeId.length !== writeIdLength)
        throw new Error("a write id has another length");
    const parts = [
        ...[ticket.appId, ticket.userPoolId, ticket.scene, ticket.state, ticket.revision],
        ...[ticket.exchangeDigest, ticket.codeChallenge],
        ...[ticket.expiresAt, ticket.forgetAt, ticket.cancelReason, ticket.customData],
        requester && encodeRequester(requester),
        scanner && [scanner.issuer, scanner.subject],
        scannedBy && [scannedBy.nickname, scannedBy.photo],
        ticket.approval,
        encodeSource(ticket.customDataSource),
    ];
    return `${ticket.writeId}${form}${JSON.stringify(parts)}`;
}
/**
 * Returns the ticket that a value holds.
 *
 * @throws StoreUnavailable when a node of another version has written the value: during a rolling upgrade the caller's next
 * try may reach one that can read it.
 * @throws Error when the value cannot be read at all.
 */
export function decodeTicket(id, value) {
    if (value[writeIdLength] !== form) {
        throw new StoreUnavailable(`another version of qrlogin wrote the ticket in Redis; this one reads form ${form} only`);
    }
    const parts = partsIn(value.slice(writeIdLength + 1));
    const [appId, userPoolId, scene, state, revision, exchangeDigest, codeChallenge] = parts;
    const [, , , , , , , expiresAt, forgetAt, cancelReason, customData, requester, scanner, scannedBy] = parts;
    return {
        ...{ id, appId, userPoolId, scene, state, revision, writeId: value.slice(0, writeIdLength) },
        ...{ exchangeDigest, codeChallenge: codeChallenge ?? undefined },
        ...{ expiresAt, forgetAt: forgetAt ?? undefined, cancelReason: cancelReason ?? undefined },
        scanner: scanner ? { issuer: scanner[0], subject: scanner[1] } : undefined,
        customData: customData ?? undefined,
        customDataSource: decodeSource(parts[15]),
        requester: requester ? decodeRequester(requester) : undefined,
        scannedBy: scannedBy ? { nickname: scannedBy[0], photo: scannedBy[1] } : undefined,
        approval: approvalOf(parts[14]),
    };
}
function partsIn(json) {
    try {
        return JSON.parse(json);
    }
    catch {
        // Not the parser's own words, which repeat what it could not read.
        throw new Error("a ticket in Redis cannot be read");
    }
}
function encodeRequester(requester) {
    const { ipAddress, userAgent, deviceName, location } = requester;
    const { ipAddressSource, userAgentSource, deviceNameSource, locationSource } = requester;
    return [
        ...[ipAddress, userAgent, deviceName, location],
        ...[encodeSource(ipAddressSource), encodeSource(userAgentSource)],
        ...[encodeSource(deviceNameSource), encodeSource(locationSource)],
    ];
}
function decodeRequester(encoded) {
    const [ipAddress, userAgent, deviceName, location, ...sources] = encoded;
    return {
        ...{ ipAddress, userAgent, deviceName, location },
        ipAddressSource: decodeSource(sources[0]),
        userAgentSource: decodeSource(sources[1]),
        deviceNameSource: decodeSource(sources[2]),
        locationSource: decodeSource(sources[3]),
    };
}
/** The position of a source is its number in Redis, from 1; 0 is an absent item. */
const sources = ["STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"];
function encodeSource(source) {
    return source === undefined ? 0 : sources.indexOf(source) + 1;
}
function decodeSource(number) {
    return sources[number - 1];
}
/** JSON leaves out what is undefined; a ticket says it. */
function approvalOf(approval) {
    if (!approval)
        return undefined;
    return { ...approval, signIn: { ...approval.signIn, authTime: approval.signIn.authTime } };
}
