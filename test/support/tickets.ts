import {
  exchangeDigestOf,
  exchangeTicketOf,
  newSecret,
  newTicketId,
  newWriteId,
} from "../../src/domain/secrets.js";
import type {
  Approval,
  Lifetimes,
  QrRotation,
  RequesterContext,
  Ticket,
  TicketState,
} from "../../src/domain/ticket.js";
import type { Approver, SignInContext, UserProfile } from "../../src/domain/user.js";
import { noon } from "./clock.js";

/** Defaults of the contract. */
export const lifetimes: Lifetimes = { authorized: 300_000, checkCode: 60_000, retention: 600_000 };

/** App and user pool of {@link ticketIn}. */
export const shop = { id: "shop", userPool: "customers" };

export const requester: RequesterContext = {
  ipAddress: "192.0.2.7",
  userAgent: "Firefox 140",
  deviceName: "Anna's laptop",
  location: "Leipzig",
  ipAddressSource: "OBSERVED_BY_GATEWAY",
  userAgentSource: "CLAIMED_BY_PAGE",
  deviceNameSource: "CLAIMED_BY_PAGE",
  locationSource: "STATED_BY_APP",
};

export const signIn: SignInContext = { clientId: "mobile", authTime: noon, methods: ["pwd"], acr: "" };

export function profileOf(name: string): UserProfile {
  return {
    userId: `id-of-${name}`,
    nickname: name,
    name: `${name} Example`,
    photo: `https://photos.example.com/${name}.png`,
    email: `${name}@example.com`,
    emailVerified: true,
    phone: "+49 341 000000",
    phoneVerified: false,
    claims: { department: "sales" },
  };
}

export function approver(name: string, changes: Partial<Approver> = {}): Approver {
  return {
    userPoolId: shop.userPool,
    issuer: "https://id.example.com/",
    subject: name,
    profile: profileOf(name),
    signIn,
    ...changes,
  };
}

export const alice = approver("alice");
export const bob = approver("bob");

/** Codes that change every ten seconds, from {@link noon} on. */
export const qrRotation: QrRotation = {
  key: "TzA1c2VjcmV0LWtleS0xMg",
  ...{ startedAt: noon, interval: 10_000, overlap: 3_000, maxSteps: 12 },
};

/**
 * Returns a new ticket of {@link shop} in a state, as the transition table would leave it. alice has scanned
 * it.
 */
export function ticketIn(state: TicketState, changes: Partial<Ticket> = {}): Ticket {
  const id = newTicketId();
  const secret = newSecret();
  const pending: Ticket = {
    id,
    appId: shop.id,
    userPoolId: shop.userPool,
    scene: "APP_AUTH",
    state: "PENDING",
    revision: 1,
    writeId: newWriteId(),
    exchangeDigest: exchangeDigestOf(exchangeTicketOf(id, secret)),
    codeChallenge: undefined,
    checkCodeDigits: 0,
    expiresAt: noon + 120_000,
    purgeAt: undefined,
    cancelReason: undefined,
    scanner: undefined,
    customData: '{"cart":7}',
    customDataSource: "STATED_BY_APP",
    requester,
    scannedBy: undefined,
    approval: undefined,
    checkCode: undefined,
    qrRotation: undefined,
  };
  return { ...pending, ...fieldsOfState(state), state, ...changes };
}

const scanner = { issuer: alice.issuer, subject: alice.subject };
const scannedBy = { nickname: alice.profile.nickname, photo: alice.profile.photo };
const approval: Approval = { approvedAt: noon, profile: alice.profile, signIn };
const finished = {
  qrRotation: undefined,
  purgeAt: noon + lifetimes.retention,
  customData: undefined,
  customDataSource: undefined,
  requester: undefined,
};

function fieldsOfState(state: TicketState): Partial<Ticket> {
  switch (state) {
    case "PENDING":
      return {};
    case "SCANNED":
      return { revision: 2, scanner, scannedBy };
    case "AWAITING_CHECK_CODE":
      return {
        ...{ revision: 3, scanner, scannedBy, approval },
        ...{ checkCodeDigits: 6, checkCode: { digits: "042137", wrongAttempts: 0 } },
      };
    case "AUTHORIZED":
      return { revision: 3, scanner, scannedBy, approval, expiresAt: noon + lifetimes.authorized };
    case "EXCHANGED":
      return { ...finished, revision: 4, scanner };
    case "CANCELLED":
      return { ...finished, revision: 3, scanner, cancelReason: "CANCELLED_BY_APPROVER" };
    case "EXPIRED":
      return { ...finished, revision: 3, scanner };
  }
}

/**
 * Returns the ticket in another state, with the next revision and a new write id, as the next write may leave
 * it.
 */
export function nextRevisionOf(ticket: Ticket, changes: Partial<Ticket> = {}): Ticket {
  return { ...ticket, revision: ticket.revision + 1, writeId: newWriteId(), ...changes };
}
