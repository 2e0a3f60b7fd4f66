import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContextSource, Ticket, TicketState } from "../../../src/domain/ticket.js";
import { decodeTicket, encodeTicket } from "../../../src/store/redis/ticket_codec.js";
import { StoreUnavailableError } from "../../../src/store/ticket_store.js";
import { requester, ticketIn } from "../../support/tickets.js";

const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "null", "é\u0000\u2028", "[]"));
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const base64url = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."AZaz09-_"), minLength: length, maxLength: length });
const truth = fc.boolean();

const source = maybe(
  fc.constantFrom<ContextSource[]>("STATED_BY_APP", "OBSERVED_BY_GATEWAY", "CLAIMED_BY_PAGE"),
);

const record = <T>(parts: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(parts, { noNullPrototype: true });

const profile = record({
  ...{ userId: text, nickname: text, name: text, photo: text, email: text, phone: text },
  ...{ emailVerified: truth, phoneVerified: truth },
  // What a claim may be is what JSON may be; it knows no negative zero.
  claims: fc.dictionary(text, fc.jsonValue()).map((claims) => JSON.parse(JSON.stringify(claims))),
});
const signIn = record({ clientId: text, authTime: maybe(time), methods: fc.array(text), acr: text });

const tickets: fc.Arbitrary<Ticket> = record({
  ...{ id: base64url(22), appId: text, userPoolId: text, scene: text, writeId: base64url(16) },
  state: fc.constantFrom<TicketState[]>(
    ...(["PENDING", "SCANNED", "AUTHORIZED", "EXCHANGED", "CANCELLED", "EXPIRED"] as const),
  ),
  revision: fc.integer({ min: 1, max: 4_294_967_295 }),
  ...{ exchangeDigest: base64url(43), codeChallenge: maybe(base64url(43)) },
  ...{ expiresAt: time, purgeAt: maybe(time), customData: maybe(text) },
  cancelReason: maybe(fc.constantFrom("CANCELLED_BY_APPROVER" as const, "WITHDRAWN_BY_CREATOR" as const)),
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

describe("a ticket as a value in Redis", () => {
  test("comes back as it was, whatever it holds, after its way over the network", () => {
    fc.assert(
      fc.property(tickets, (ticket) => {
        const bytes = Buffer.from(encodeTicket(ticket), "utf8");
        expect(decodeTicket(ticket.id, bytes.toString("utf8"))).toStrictEqual(ticket);
      }),
      { numRuns: 500 },
    );
  });

  test("begins with its write id, which is what the script compares", () => {
    const ticket = ticketIn("SCANNED");
    expect(encodeTicket(ticket).slice(0, 16)).toBe(ticket.writeId);
  });

  test("cannot have a write id of another length, which the script would compare wrongly", () => {
    expect(() => encodeTicket(ticketIn("PENDING", { writeId: "short" }))).toThrow("write id");
  });

  test.each([
    ["an older version", (value: string) => `${value.slice(0, 16)}1${value.slice(17)}`],
    ["a newer version", (value: string) => `${value.slice(0, 16)}3${value.slice(17)}`],
    ["another program", () => "0000000000000000-"],
    ["another program, in fewer characters than a write id", () => "0123456789abcdef"],
    ["nobody", () => ""],
  ])("written by %s is refused as unavailable and never misread", (_, rewritten) => {
    const value = rewritten(encodeTicket(ticketIn("PENDING")));
    const decode = () => decodeTicket("an-id", value);
    expect(decode).toThrow(StoreUnavailableError);
    expect(decode).toThrow(/^another version of qrlogin .* reads form 2 only$/);
  });

  test("tells nothing of what it holds when it is broken", () => {
    const value = encodeTicket(ticketIn("PENDING", { requester: { ...requester, location: "Leipzig" } }));
    const broken = value.replace('"Leipzig"', "Leipzig");
    expect(() => decodeTicket("an-id", broken)).toThrow(/^(?!.*Leipzig)/s);
    expect(broken).not.toBe(value);
  });

  test("has less than 600 bytes while it is pending, with everything that an app may say", () => {
    const ticket = ticketIn("PENDING", { codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" });
    expect(Buffer.byteLength(encodeTicket(ticket))).toBeLessThan(600);
  });
});
