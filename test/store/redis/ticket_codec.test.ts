import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContextSource, QrRotation, Ticket, TicketState } from "../../../src/domain/ticket.js";
import { decodeTicket, encodeTicket } from "../../../src/store/redis/ticket_codec.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { qrRotation, requester, ticketIn } from "../../support/tickets.js";
import { readVersion2 } from "./version2_reader.js";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "null", "é\u0000\u2028", "[]"));
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const base64url = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."AZaz09-_"), minLength: length, maxLength: length });
const flag = fc.boolean();

const source = maybe(
  fc.constantFrom<ContextSource[]>("STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"),
);

const record = <T>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(parts, { noNullPrototype: true });

const profile = record({
  ...{ userId: text, nickname: text, name: text, photo: text, email: text, phone: text },
  ...{ emailVerified: flag, phoneVerified: flag },
  // A claim may be any JSON value; JSON has no negative zero.
  claims: fc.dictionary(text, fc.jsonValue()).map((claims) => JSON.parse(JSON.stringify(claims))),
});
const signIn = record({ clientId: text, authTime: maybe(time), methods: fc.array(text), acr: text });

const plainTickets: fc.Arbitrary<Omit<Ticket, "checkCodeDigits" | "checkCode" | "qrRotation">> = record({
  ...{ id: base64url(22), appId: text, userPoolId: text, scene: text, writeId: base64url(16) },
  state: fc.constantFrom<TicketState[]>(
    ...(["PENDING", "SCANNED", "AWAITING_CHECK_CODE", "AUTHORIZED"] as const),
    ...(["EXCHANGED", "CANCELLED", "EXPIRED"] as const),
  ),
  revision: fc.integer({ min: 1, max: 4_294_967_295 }),
  ...{ exchangeDigest: base64url(43), codeChallenge: maybe(base64url(43)) },
  ...{ expiresAt: time, purgeAt: maybe(time), customData: maybe(text) },
  cancelReason: maybe(
    fc.constantFrom(...(["CANCELLED_BY_APPROVER", "WITHDRAWN_BY_CREATOR", "CHECK_CODE_FAILED"] as const)),
  ),
  requester: maybe(
    record({
      ...{ ipAddress: text, userAgent: text, deviceName: text, location: text },
      ...{ ipAddressSource: source, userAgentSource: source },
      ...{ deviceNameSource: source, locationSource: source },
    }),
  ),
  customDataSource: source,
  scanner: maybe(record({ issuer: text, subject: text })),
  scannedBy: maybe(record({ nickname: text, photo: text })),
  approval: maybe(record({ approvedAt: time, profile, signIn })),
});

/** Fields of the check code, which only a ticket with a number of digits has. */
const checkCodes = fc.oneof(
  fc.constant({ checkCodeDigits: 0, checkCode: undefined }),
  record({
    checkCodeDigits: fc.integer({ min: 4, max: 6 }),
    checkCode: maybe(record({ digits: text, wrongAttempts: fc.nat() })),
  }),
);

const rotations: fc.Arbitrary<QrRotation> = record({
  ...{ key: base64url(22), startedAt: time, interval: fc.nat(), overlap: fc.nat(), maxSteps: fc.nat() },
});

const tickets: fc.Arbitrary<Ticket> = fc
  .tuple(plainTickets, checkCodes, maybe(rotations))
  .map(([ticket, fields, qrRotation]) => ({ ...ticket, ...fields, qrRotation }));

describe("a ticket as a value in Redis", () => {
  test("any ticket is decoded as it was encoded", () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        const bytes = Buffer.from(encodeTicket(ticket), "utf8");
        expect(decodeTicket(ticket.id, bytes.toString("utf8"))).toStrictEqual(ticket);
      }),
      { numRuns: 500 },
    );
  });

  test("any ticket that no policy applies to is read by the release before, and any other is refused", () => {
    fc.assert(
      fc.property(tickets, ({ checkCodeDigits, checkCode, qrRotation: rotation, ...ticket }) => {
        const value = encodeTicket({ ...ticket, checkCodeDigits, checkCode, qrRotation: rotation });
        const read = () => readVersion2(ticket.id, value);
        if (checkCodeDigits === 0 && !rotation) expect(read()).toEqual(ticket);
        else expect(read).toThrow(StoreUnavailableError);
      }),
      { numRuns: 500 },
    );
  });

  test("a value begins with its write id, which the script compares", () => {
    const ticket = ticketIn("SCANNED");
    expect(encodeTicket(ticket).slice(0, 16)).toBe(ticket.writeId);
  });

  test("a write id of another length is rejected, since the script would compare it wrongly", () => {
    expect(() => encodeTicket(ticketIn("PENDING", { writeId: "short" }))).toThrow("write id");
  });

  test.each([
    ["an older version", (value: string) => `${value.slice(0, 16)}1${value.slice(17)}`],
    ["a newer version", (value: string) => `${value.slice(0, 16)}4${value.slice(17)}`],
    ["another program", () => "0000000000000000-"],
    ["another program, in fewer characters than a write id", () => "0123456789abcdef"],
    ["nobody", () => ""],
  ])("a value written by %s is rejected as unavailable and never misread", (_, rewritten) => {
    const value = rewritten(encodeTicket(ticketIn("PENDING")));
    const decode = () => decodeTicket("an-id", value);
    expect(decode).toThrow(StoreUnavailableError);
    expect(decode).toThrow(/another format version; this release reads versions 2 and 3$/);
  });

  test("only a live ticket whose code changes is written in the version that older nodes do not touch", () => {
    const versionOf = (ticket: Ticket) => encodeTicket(ticket)[16];
    expect(versionOf(ticketIn("PENDING"))).toBe("2");
    for (const state of ["PENDING", "SCANNED", "AUTHORIZED"] as const) {
      expect(versionOf(ticketIn(state, { qrRotation }))).toBe("3");
    }
    expect(versionOf(ticketIn("EXPIRED"))).toBe("2");
  });

  test("the error for a broken value does not quote it", () => {
    const value = encodeTicket(ticketIn("PENDING", { requester: { ...requester, location: "Leipzig" } }));
    const broken = value.replace('"Leipzig"', "Leipzig");
    expect(() => decodeTicket("an-id", broken)).toThrow(/^(?!.*Leipzig)/s);
    expect(broken).not.toBe(value);
  });

  test("a pending ticket with every field of an app has less than 600 bytes", () => {
    const ticket = ticketIn("PENDING", { codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" });
    expect(Buffer.byteLength(encodeTicket(ticket))).toBeLessThan(600);
  });
});
