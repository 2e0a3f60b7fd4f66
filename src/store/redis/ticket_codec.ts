import type {
  Approval,
  CancelReason,
  ContextSource,
  RequesterContext,
  Ticket,
  TicketState,
} from "../../domain/ticket.js";
import { StoreUnavailableError } from "../ticket_store.js";

/** Length of a write id: what every value begins with, for the script to compare. */
const writeIdLength = 16;

/**
 * What follows the write id: the version of the stored form. A node that meets another one, older or newer, leaves the ticket
 * alone. Form 1 had a digest of the secret and one of the exchange ticket where form 2 has one for both, and no sources.
 */
const formatVersion = "2";

/**
 * A ticket as a value in Redis: the write id, the version of the form, and the rest as a JSON array. By position and not by name, which
 * makes it half as long; the id is in the key. Parts that are undefined are null in JSON.
 */
export function encodeTicket(ticket: Ticket): string {
  const { requester, scanner, scannedBy } = ticket;
  if (ticket.writeId.length !== writeIdLength) throw new Error("a write id has another length");
  const parts: EncodedTicket = [
    ...([ticket.appId, ticket.userPoolId, ticket.scene, ticket.state, ticket.revision] as const),
    ...([ticket.exchangeDigest, ticket.codeChallenge] as const),
    ...([ticket.expiresAt, ticket.purgeAt, ticket.cancelReason, ticket.customData] as const),
    requester && encodeRequester(requester),
    scanner && [scanner.issuer, scanner.subject],
    scannedBy && [scannedBy.nickname, scannedBy.photo],
    ticket.approval,
    encodeSource(ticket.customDataSource),
  ];
  return `${ticket.writeId}${formatVersion}${JSON.stringify(parts)}`;
}

/**
 * Returns the ticket that a value holds.
 *
 * @throws StoreUnavailableError when a node of another version has written the value: during a rolling upgrade the caller's next
 * try may reach one that can read it.
 * @throws Error when the value cannot be read at all.
 */
export function decodeTicket(id: string, value: string): Ticket {
  if (value[writeIdLength] !== formatVersion) {
    throw new StoreUnavailableError(
      `another version of qrlogin wrote the ticket in Redis; this one reads form ${formatVersion} only`,
    );
  }
  const parts = parseParts(value.slice(writeIdLength + 1));
  const [appId, userPoolId, scene, state, revision, exchangeDigest, codeChallenge] = parts;
  const [, , , , , , , expiresAt, purgeAt, cancelReason, customData, requester, scanner, scannedBy] = parts;
  return {
    ...{ id, appId, userPoolId, scene, state, revision, writeId: value.slice(0, writeIdLength) },
    ...{ exchangeDigest, codeChallenge: codeChallenge ?? undefined },
    ...{ expiresAt, purgeAt: purgeAt ?? undefined, cancelReason: cancelReason ?? undefined },
    scanner: scanner ? { issuer: scanner[0], subject: scanner[1] } : undefined,
    customData: customData ?? undefined,
    customDataSource: decodeSource(parts[15]),
    requester: requester ? decodeRequester(requester) : undefined,
    scannedBy: scannedBy ? { nickname: scannedBy[0], photo: scannedBy[1] } : undefined,
    approval: restoreApproval(parts[14]),
  };
}

function parseParts(json: string): EncodedTicket<null> {
  try {
    return JSON.parse(json);
  } catch {
    // Not the parser's own words, which repeat what it could not read.
    throw new Error("a ticket in Redis cannot be read");
  }
}

/** The parts of a ticket by position. `Absent` is what an absent one is: undefined before JSON, null after it. */
type EncodedTicket<Absent = undefined> = [
  appId: string,
  userPoolId: string,
  scene: string,
  state: TicketState,
  revision: number,
  exchangeDigest: string,
  codeChallenge: string | Absent,
  expiresAt: number,
  forgetAt: number | Absent,
  cancelReason: CancelReason | Absent,
  customData: string | Absent,
  requester: EncodedRequester | Absent,
  scanner: [issuer: string, subject: string] | Absent,
  scannedBy: [nickname: string, photo: string] | Absent,
  approval: Approval | Absent,
  customDataSource: number,
];

type EncodedRequester = [
  ...[ipAddress: string, userAgent: string, deviceName: string, location: string],
  ...[ipAddressSource: number, userAgentSource: number, deviceNameSource: number, locationSource: number],
];

function encodeRequester(requester: RequesterContext): EncodedRequester {
  const { ipAddress, userAgent, deviceName, location } = requester;
  const { ipAddressSource, userAgentSource, deviceNameSource, locationSource } = requester;
  return [
    ...([ipAddress, userAgent, deviceName, location] as const),
    ...([encodeSource(ipAddressSource), encodeSource(userAgentSource)] as const),
    ...([encodeSource(deviceNameSource), encodeSource(locationSource)] as const),
  ];
}

function decodeRequester(encoded: EncodedRequester): RequesterContext {
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
const sources: readonly ContextSource[] = ["STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"];

function encodeSource(source: ContextSource | undefined): number {
  return source === undefined ? 0 : sources.indexOf(source) + 1;
}

function decodeSource(number: number): ContextSource | undefined {
  return sources[number - 1];
}

/** JSON leaves out what is undefined; a ticket says it. */
function restoreApproval(approval: Approval | null): Approval | undefined {
  if (!approval) return undefined;
  return { ...approval, signIn: { ...approval.signIn, authTime: approval.signIn.authTime } };
}
