import type { Approval, CancelReason, RequesterContext, Ticket, TicketState } from "../../domain/ticket.js";

/** Length of a write id: what every value begins with, for the script to compare. */
const writeIdLength = 16;

/** What follows the write id. A node that meets another format leaves the ticket alone. */
const format = "1";

/**
 * A ticket as a value in Redis: the write id, the format, and the rest as a JSON array. By position and not by name, which
 * makes it half as long; the id is in the key. Parts that are undefined are null in JSON.
 */
export function encodeTicket(ticket: Ticket): string {
  const { requester, scanner, scannedBy } = ticket;
  if (ticket.writeId.length !== writeIdLength) throw new Error("a write id has another length");
  const parts: Encoded = [
    ...([ticket.appId, ticket.userPoolId, ticket.scene, ticket.state, ticket.revision] as const),
    ...([ticket.secretDigest, ticket.exchangeDigest, ticket.codeChallenge] as const),
    ...([ticket.expiresAt, ticket.forgetAt, ticket.cancelReason, ticket.customData] as const),
    requester && [requester.ipAddress, requester.userAgent, requester.deviceName, requester.place],
    scanner && [scanner.issuer, scanner.subject],
    scannedBy && [scannedBy.nickname, scannedBy.photo],
    ticket.approval,
  ];
  return `${ticket.writeId}${format}${JSON.stringify(parts)}`;
}

/**
 * The ticket that a value holds.
 *
 * @throws Error when another program, or a later release, has written the value.
 */
export function decodeTicket(id: string, value: string): Ticket {
  if (value[writeIdLength] !== format) throw new Error("a ticket in Redis has a format of another release");
  const parts = partsIn(value.slice(writeIdLength + 1));
  const [appId, userPoolId, scene, state, revision, secretDigest, exchangeDigest, codeChallenge] = parts;
  const [, , , , , , , , expiresAt, forgetAt, cancelReason, customData, requester, scanner, scannedBy] =
    parts;
  return {
    ...{ id, appId, userPoolId, scene, state, revision, writeId: value.slice(0, writeIdLength) },
    ...{ secretDigest, exchangeDigest, codeChallenge: codeChallenge ?? undefined },
    ...{ expiresAt, forgetAt: forgetAt ?? undefined, cancelReason: cancelReason ?? undefined },
    scanner: scanner ? { issuer: scanner[0], subject: scanner[1] } : undefined,
    customData: customData ?? undefined,
    requester: requester ? requesterOf(requester) : undefined,
    scannedBy: scannedBy ? { nickname: scannedBy[0], photo: scannedBy[1] } : undefined,
    approval: approvalOf(parts[15]),
  };
}

function partsIn(json: string): Encoded<null> {
  try {
    return JSON.parse(json);
  } catch {
    // Not the parser's own words, which repeat what it could not read.
    throw new Error("a ticket in Redis cannot be read");
  }
}

/** The parts of a ticket by position. `Absent` is what an absent one is: undefined before JSON, null after it. */
type Encoded<Absent = undefined> = [
  appId: string,
  userPoolId: string,
  scene: string,
  state: TicketState,
  revision: number,
  secretDigest: string,
  exchangeDigest: string,
  codeChallenge: string | Absent,
  expiresAt: number,
  forgetAt: number | Absent,
  cancelReason: CancelReason | Absent,
  customData: string | Absent,
  requester: [ipAddress: string, userAgent: string, deviceName: string, place: string] | Absent,
  scanner: [issuer: string, subject: string] | Absent,
  scannedBy: [nickname: string, photo: string] | Absent,
  approval: Approval | Absent,
];

function requesterOf([ipAddress, userAgent, deviceName, place]: NonNullable<Encoded[12]>): RequesterContext {
  return { ipAddress, userAgent, deviceName, place };
}

/** JSON leaves out what is undefined; a ticket says it. */
function approvalOf(approval: Approval | null): Approval | undefined {
  if (!approval) return undefined;
  return { ...approval, signIn: { ...approval.signIn, authTime: approval.signIn.authTime } };
}
