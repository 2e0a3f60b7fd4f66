import type {
  Approval,
  CancelReason,
  ContextSource,
  QrRotation,
  RequesterContext,
  Ticket,
  TicketState,
} from "../../domain/ticket.js";
import { StoreUnavailableError } from "../ticket_store.js";

/** Length of a write id. Every value begins with one, for the script to compare. */
const writeIdLength = 16;

/**
 * Versions of the stored form; the version follows the write id. A node does not touch tickets of an unknown version.
 * Version 1 had one digest of the secret and one of the exchange ticket where version 2 has one for both, and
 * it had no sources. Version 3 is version 2 followed by the fields that policies add.
 *
 * A value has the oldest version whose readers treat the ticket correctly. So a ticket that no policy applies to is
 * written in version 2, and a rolling upgrade interrupts no sign-in. A node that knows version 2 alone must not touch a
 * ticket of version 3, because it would approve it without what the policy demands.
 *
 * `docs/upgrades.md` has the rules for a change of the form.
 */
const formatVersions = { withoutPolicy: "2", withPolicy: "3" } as const;

/**
 * Returns a ticket as a value in Redis: the write id, the version, and the rest as a JSON array. Fields go by
 * position rather than by name, which halves the length; the id is in the key. Undefined fields are null in
 * JSON.
 */
export function encodeTicket(ticket: Ticket): string {
  const { requester, scanner, scannedBy } = ticket;
  if (ticket.writeId.length !== writeIdLength) throw new Error("the write id has the wrong length");
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
  const policyParts = encodePolicyParts(ticket);
  return policyParts
    ? `${ticket.writeId}${formatVersions.withPolicy}${JSON.stringify([...parts, ...policyParts])}`
    : `${ticket.writeId}${formatVersions.withoutPolicy}${JSON.stringify(parts)}`;
}

/** Returns the fields that version 3 adds, or undefined if all of them have the values that version 2 implies. */
function encodePolicyParts({
  checkCodeDigits,
  checkCode,
  qrRotation,
}: Ticket): EncodedPolicyParts | undefined {
  if (checkCodeDigits === 0 && !qrRotation) return undefined;
  return [
    checkCodeDigits,
    checkCode && [checkCode.digits, checkCode.wrongAttempts],
    qrRotation && encodeRotation(qrRotation),
  ];
}

/**
 * Returns the ticket in a value.
 *
 * @throws StoreUnavailableError when another version of qrlogin wrote the value. During a rolling upgrade, a
 * retry may reach a node that can read it.
 * @throws Error when the value is not valid JSON.
 */
export function decodeTicket(id: string, value: string): Ticket {
  const version = value[writeIdLength];
  if (version !== formatVersions.withoutPolicy && version !== formatVersions.withPolicy) {
    const known = Object.values(formatVersions).join(" and ");
    throw new StoreUnavailableError(
      `the ticket in Redis has another format version; this release reads versions ${known}`,
    );
  }
  const parts = parseParts(value.slice(writeIdLength + 1));
  // Elements behind those that this release knows are optional fields of a later release, which may be lost.
  const policyParts = version === formatVersions.withPolicy ? parts.slice(plainLength) : [];
  const [checkCodeDigits, checkCode, qrRotation] = policyParts as Partial<EncodedPolicyParts<null>>;
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
    checkCodeDigits: checkCodeDigits ?? 0,
    checkCode: checkCode ? { digits: checkCode[0], wrongAttempts: checkCode[1] } : undefined,
    qrRotation: qrRotation ? decodeRotation(qrRotation) : undefined,
  };
}

function parseParts(json: string): [...EncodedTicket<null>, ...Partial<EncodedPolicyParts<null>>] {
  try {
    return JSON.parse(json);
  } catch {
    // Without the parser's message, which quotes the text.
    throw new Error("a ticket in Redis is not valid JSON");
  }
}

/** Fields of a ticket by position. `Absent` is the value of an absent field: undefined before JSON, null after it. */
type EncodedTicket<Absent = undefined> = [
  appId: string,
  userPoolId: string,
  scene: string,
  state: TicketState,
  revision: number,
  exchangeDigest: string,
  codeChallenge: string | Absent,
  expiresAt: number,
  purgeAt: number | Absent,
  cancelReason: CancelReason | Absent,
  customData: string | Absent,
  requester: EncodedRequester | Absent,
  scanner: [issuer: string, subject: string] | Absent,
  scannedBy: [nickname: string, photo: string] | Absent,
  approval: Approval | Absent,
  customDataSource: number,
];

/** Number of fields of version 2. */
const plainLength = 16 satisfies EncodedTicket["length"];

/** Fields that version 3 adds. */
type EncodedPolicyParts<Absent = undefined> = [
  checkCodeDigits: number,
  checkCode: [digits: string, wrongAttempts: number] | Absent,
  qrRotation: EncodedRotation | Absent,
];

type EncodedRotation = [key: string, startedAt: number, interval: number, overlap: number, maxSteps: number];

function encodeRotation({ key, startedAt, interval, overlap, maxSteps }: QrRotation): EncodedRotation {
  return [key, startedAt, interval, overlap, maxSteps];
}

function decodeRotation([key, startedAt, interval, overlap, maxSteps]: EncodedRotation): QrRotation {
  return { key, startedAt, interval, overlap, maxSteps };
}

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

/** Sources in the order of their numbers in Redis, from 1; 0 is an absent item. */
const sources: readonly ContextSource[] = ["STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"];

function encodeSource(source: ContextSource | undefined): number {
  return source === undefined ? 0 : sources.indexOf(source) + 1;
}

function decodeSource(number: number): ContextSource | undefined {
  return sources[number - 1];
}

/** Restores the undefined field that JSON leaves out. */
function restoreApproval(approval: Approval | null): Approval | undefined {
  if (!approval) return undefined;
  return { ...approval, signIn: { ...approval.signIn, authTime: approval.signIn.authTime } };
}
