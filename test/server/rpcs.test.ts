import { Metadata, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { QrErrorCorrection, QrImageFormat } from "../../gen/qrlogin/v1/qr_login_service.js";
import { CancelReason, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { refusalDetailsOf } from "../../src/client/refusal_details.js";
import type { Reason } from "../../src/domain/refusal.js";
import { exchangeTicketOf, newTicketId } from "../../src/domain/secrets.js";
import { StoreUnavailable, type TicketStore } from "../../src/store/ticket_store.js";
import {
  type Answer,
  asApp,
  authorized,
  type Calls,
  callersOf,
  created,
  type Held,
  orThrow,
  scanned,
} from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";

let server: TestServer;
let clock: ManualClock;
let shop: Calls;
let alice: Calls;
let bob: Calls;
/** What the store does in place of its work. */
let faults: Partial<Pick<TicketStore, "create" | "get" | "replace">>;

const faulty = (embedded: TicketStore): TicketStore => ({
  ...embedded,
  create: (ticket) => (faults.create ?? embedded.create)(ticket),
  get: (id) => (faults.get ?? embedded.get)(id),
  replace: (ticket, expected) => (faults.replace ?? embedded.replace)(ticket, expected),
});

beforeEach(() => start());
afterEach(() => server.stop());

async function start(options: TestServerOptions = {}): Promise<void> {
  faults = {};
  clock = createManualClock(Date.now());
  server = await startTestServer({ clock, store: faulty, ...options });
  const { app, user } = callersOf(server.client);
  shop = app("shop");
  alice = user(await signToken("alice"));
  bob = user(await signToken("bob"));
}

async function restart(options: TestServerOptions): Promise<void> {
  await server.stop();
  await start(options);
}

const byId = ({ ticketId }: { ticketId: string }) => ({ $case: "ticketId", value: ticketId }) as const;
const byText = (value: string) => ({ $case: "qrContent", value }) as const;

describe("each RPC does its work", () => {
  it("CreateTicket answers the id, the secret, the text to draw and the time that is left", async () => {
    const customData = { order: 7, nested: { list: [true, null] } };
    const told = orThrow(await shop.createTicket({ customData, ttl: { seconds: 90, nanos: 0 } }));
    expect(told.ticketId).toMatch(/^[\w-]{22}$/);
    expect(told.ticketSecret).toMatch(/^[\w-]{43}$/);
    expect(JSON.parse(told.qrContent)).toEqual({
      scene: "APP_AUTH",
      random: told.ticketId,
      userPoolId: "customers",
      createdAt: new Date(clock.now()).toISOString(),
      expireAt: new Date(clock.now() + 90_000).toISOString(),
      customData,
    });
    expect(told.expireTime?.getTime()).toBe(clock.now() + 90_000);
    expect(told.remainingDuration).toEqual({ seconds: 90, nanos: 0 });
    expect(told.minPollInterval).toEqual({ seconds: 0, nanos: 500_000_000 });
    expect(told.qrImage).toBeUndefined();
  });

  it("CreateTicket moves a wished ttl to the nearest end of its range", async () => {
    for (const [wish, life] of [[1, 30], [9_999, 600]] as const) {
      const told = orThrow(await shop.createTicket({ ttl: { seconds: wish, nanos: 0 } }));
      expect(told.remainingDuration).toEqual({ seconds: life, nanos: 0 });
    }
  });

  it("CreateTicket draws an SVG or a PNG if asked", async () => {
    for (const [format, mediaType, magic] of [
      [QrImageFormat.SVG, "image/svg+xml", "<svg"],
      [QrImageFormat.PNG, "image/png", "\x89PNG"],
    ] as const) {
      const qrImage = { format, size: 512, errorCorrection: QrErrorCorrection.L };
      const told = orThrow(await shop.createTicket({ qrImage }));
      expect(told.qrImage?.mediaType).toBe(mediaType);
      expect(told.qrImage?.data.toString("latin1")).toContain(magic);
    }
  });

  it("GetStatus tells the status", async () => {
    const held = await created(shop);
    expect(orThrow(await shop.getStatus(held)).status).toEqual({
      ticketId: held.ticketId,
      state: TicketState.PENDING,
      revision: 1,
      expireTime: new Date(clock.now() + 120_000),
      remainingDuration: { seconds: 120, nanos: 0 },
      scannedBy: undefined,
      exchangeTicket: "",
      cancelReason: CancelReason.UNSPECIFIED,
    });
  });

  it("WatchStatus tells the same", async () => {
    const held = await created(shop);
    const { status: told } = orThrow(await shop.watchStatus(held));
    expect(told).toEqual(orThrow(await shop.getStatus(held)).status);
  });

  it("MarkScanned tells the phone who is asking, by the text or by the id, and once more the same", async () => {
    const requester = { ipAddress: "2001:db8::1", userAgent: "Firefox", deviceName: "Laptop", place: "Leipzig" };
    const held = await created(shop, { requester, customData: { order: 7 } });
    clock.advance(20_000);
    const told = orThrow(await alice.markScanned(byText(held.qrContent)));
    expect(told).toEqual({
      ticketId: held.ticketId,
      state: TicketState.SCANNED,
      revision: 2,
      app: { name: "Example Shop", logoUrl: "https://shop.example.com/logo.svg" },
      requester,
      customData: { order: 7 },
      expireTime: new Date(clock.now() + 100_000),
      remainingDuration: { seconds: 100, nanos: 0 },
    });
    expect(orThrow(await alice.markScanned(byId(held)))).toEqual(told);
  });

  it("MarkScanned understands the older expiresIn", async () => {
    const held = await created(shop);
    const { expireAt: _, ...content } = JSON.parse(held.qrContent);
    expect((await alice.markScanned(byText(JSON.stringify({ ...content, expiresIn: "120" })))).code).toBe("OK");
  });

  it("Authorize starts the second life, and once more changes nothing", async () => {
    const held = await scanned(shop, alice);
    clock.advance(60_000);
    const told = { state: TicketState.AUTHORIZED, revision: 3 };
    expect(orThrow(await alice.authorize(held))).toEqual(told);
    expect(orThrow(await alice.authorize(held))).toEqual(told);
    const { status: now } = orThrow(await shop.getStatus(held));
    expect(now?.remainingDuration).toEqual({ seconds: 300, nanos: 0 });
    expect(now?.exchangeTicket).toBe(exchangeTicketOf(held.ticketId, held.ticketSecret));
  });

  it("Cancel and Withdraw end the ticket, and once more change nothing", async () => {
    const cancelled = await scanned(shop, alice);
    for (let twice = 0; twice < 2; twice++) {
      expect(orThrow(await alice.cancel(cancelled))).toEqual({ state: TicketState.CANCELLED, revision: 3 });
    }
    const withdrawn = await created(shop);
    for (let twice = 0; twice < 2; twice++) {
      expect(orThrow(await shop.withdraw(withdrawn))).toEqual({ state: TicketState.CANCELLED, revision: 2 });
    }
    const reasons = [cancelled, withdrawn].map(async (held) => orThrow(await shop.getStatus(held)).status?.cancelReason);
    expect(await Promise.all(reasons)).toEqual([
      CancelReason.CANCELLED_BY_APPROVER,
      CancelReason.WITHDRAWN_BY_CREATOR,
    ]);
  });

  it("ExchangeUserInfo tells who has signed in", async () => {
    const told = orThrow(await shop.exchangeUserInfo(await authorized(shop, alice)));
    expect(told.user?.userId).toBe("subject-of-alice");
  });
});

type Ways = "markScanned" | "authorize" | "cancel" | "withdraw" | "exchangeUserInfo";

function run(way: Ways, held: Held): Promise<Answer<unknown>> {
  switch (way) {
    case "markScanned":
      return alice.markScanned(byId(held));
    case "withdraw":
      return shop.withdraw(held);
    case "exchangeUserInfo":
      return shop.exchangeUserInfo({ exchangeTicket: exchangeTicketOf(held.ticketId, held.ticketSecret) });
    default:
      return alice[way](held);
  }
}

const arrangements: Readonly<Record<string, () => Promise<Held>>> = {
  PENDING: () => created(shop),
  SCANNED: () => scanned(shop, alice),
  AUTHORIZED: () => authorized(shop, alice),
  async EXCHANGED() {
    const held = await authorized(shop, alice);
    orThrow(await run("exchangeUserInfo", held));
    return held;
  },
  async "CANCELLED by the approver"() {
    const held = await scanned(shop, alice);
    orThrow(await alice.cancel(held));
    return held;
  },
  async "CANCELLED by the creator"() {
    const held = await scanned(shop, alice);
    orThrow(await shop.withdraw(held));
    return held;
  },
  async EXPIRED() {
    const held = await scanned(shop, alice);
    clock.advance(120_000);
    return held;
  },
};

const stateRefusals: readonly (readonly [string, Ways, Reason])[] = [
  ["PENDING", "authorize", "TICKET_NOT_SCANNED"],
  ["PENDING", "cancel", "TICKET_NOT_SCANNED"],
  ["PENDING", "exchangeUserInfo", "TICKET_NOT_AUTHORIZED"],
  ["SCANNED", "exchangeUserInfo", "TICKET_NOT_AUTHORIZED"],
  ["AUTHORIZED", "cancel", "TICKET_ALREADY_AUTHORIZED"],
  ["EXCHANGED", "markScanned", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "authorize", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "cancel", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "withdraw", "TICKET_ALREADY_EXCHANGED"],
  ["EXCHANGED", "exchangeUserInfo", "TICKET_ALREADY_EXCHANGED"],
  ["CANCELLED by the approver", "markScanned", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "authorize", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "withdraw", "TICKET_CANCELLED"],
  ["CANCELLED by the approver", "exchangeUserInfo", "TICKET_CANCELLED"],
  ["CANCELLED by the creator", "markScanned", "TICKET_CANCELLED"],
  ["CANCELLED by the creator", "cancel", "TICKET_CANCELLED"],
  ["EXPIRED", "markScanned", "TICKET_EXPIRED"],
  ["EXPIRED", "authorize", "TICKET_EXPIRED"],
  ["EXPIRED", "cancel", "TICKET_EXPIRED"],
  ["EXPIRED", "withdraw", "TICKET_EXPIRED"],
  ["EXPIRED", "exchangeUserInfo", "TICKET_EXPIRED"],
];

describe("a refusal by the state says which state it is", () => {
  it.each(stateRefusals)("%s: %s is refused with %s", async (state, way, reason) => {
    const held = await arrangements[state]?.();
    if (!held) throw new Error(`nobody arranges ${state}`);
    expectRefusal(await run(way, held), "FAILED_PRECONDITION", reason, { state: state.split(" ")[0] });
  });
});

interface Extras {
  readonly state?: string | undefined;
  readonly fields?: readonly string[];
  readonly retry?: boolean;
}

function expectRefusal(answer: Answer<unknown>, code: keyof typeof status, reason: Reason, extras: Extras = {}): void {
  const { state, fields = [], retry = false } = extras;
  expect([answer.code, answer.reason, answer.domain]).toEqual([code, reason, "qrlogin.v1"]);
  expect(answer.currentState).toBe(state);
  expect(answer.fieldViolations.map(({ field }) => field)).toEqual(fields);
  if (retry) expect(answer.retryAfterMs).toBeGreaterThan(0);
  else expect(answer.retryAfterMs).toBeUndefined();
}

describe("a refusal of the caller or the code does not say the state", () => {
  it("TICKET_NOT_FOUND for an unknown ticket, a wrong secret and another app alike", async () => {
    const held = await scanned(shop, alice);
    const unknown = { ...held, ticketId: newTicketId() };
    const wrong = { ...held, ticketSecret: held.ticketSecret.toLowerCase() };
    const blog = callersOf(server.client).app("blog");
    for (const call of ["getStatus", "watchStatus", "withdraw"] as const) {
      for (const answer of [await shop[call](unknown), await shop[call](wrong), await blog[call](held)]) {
        expectRefusal(answer, "NOT_FOUND", "TICKET_NOT_FOUND");
      }
    }
    for (const call of ["markScanned", "authorize", "cancel", "exchangeUserInfo"] as const) {
      expectRefusal(await run(call, unknown), "NOT_FOUND", "TICKET_NOT_FOUND");
    }
  });

  it("TICKET_NOT_FOUND once a finished ticket is forgotten", async () => {
    const held = await created(shop);
    orThrow(await shop.withdraw(held));
    clock.advance(600_000);
    expectRefusal(await shop.getStatus(held), "NOT_FOUND", "TICKET_NOT_FOUND");
  });

  it("SCANNED_BY_ANOTHER_USER", async () => {
    const held = await scanned(shop, alice);
    for (const answer of [await bob.markScanned(byId(held)), await bob.authorize(held), await bob.cancel(held)]) {
      expectRefusal(answer, "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
    }
  });

  it("PROOF_INVALID", async () => {
    const ticket = await authorized(shop, alice);
    const answer = await shop.exchangeUserInfo({ ...ticket, codeVerifier: "a verifier that nobody asked for" });
    expectRefusal(answer, "PERMISSION_DENIED", "PROOF_INVALID");
  });

  it.each([
    ["an address", () => "https://example.com/"],
    ["text that is no JSON", () => "{"],
    ["more than 4,096 characters", ({ qrContent }: Held) => qrContent + " ".repeat(4_096)],
    ["another scene", ({ qrContent }: Held) => qrContent.replace("APP_AUTH", "WEB_AUTH")],
    ["another pool", ({ qrContent }: Held) => qrContent.replace('"customers"', '"staff"')],
    ["no pool", ({ qrContent }: Held) => qrContent.replace("userPoolId", "userPool")],
  ])("QR_CONTENT_INVALID for %s", async (_title, textOf) => {
    const held = await created(shop);
    expectRefusal(await alice.markScanned(byText(textOf(held))), "INVALID_ARGUMENT", "QR_CONTENT_INVALID");
    expect(orThrow(await shop.getStatus(held)).status?.revision).toBe(1);
  });
});

const long = (length: number) => "x".repeat(length);
const id = newTicketId();
const svg = {
  format: QrImageFormat.SVG as QrImageFormat,
  size: 0,
  errorCorrection: QrErrorCorrection.UNSPECIFIED as QrErrorCorrection,
};

const invalid: readonly (readonly [string, () => Promise<Answer<unknown>>, readonly string[]])[] = [
  ["a scene in lower case", () => shop.createTicket({ scene: "app" }), ["scene"]],
  ["a scene of 33 characters", () => shop.createTicket({ scene: "A".repeat(33) }), ["scene"]],
  ["custom data of 513 bytes", () => shop.createTicket({ customData: { a: long(505) } }), ["custom_data"]],
  ["a ttl of zero", () => shop.createTicket({ ttl: { seconds: 0, nanos: 0 } }), ["ttl"]],
  ["a negative ttl", () => shop.createTicket({ ttl: { seconds: -1, nanos: 0 } }), ["ttl"]],
  ["a code challenge that is none", () => shop.createTicket({ codeChallenge: "plain" }), ["code_challenge"]],
  ["an address that is none", () => shop.createTicket({ requester: requesterWith({ ipAddress: "::g" }) }), [
    "requester.ip_address",
  ]],
  ["texts of 257 characters", () => shop.createTicket({
    requester: requesterWith({ userAgent: long(257), deviceName: long(257), place: long(257) }),
  }), ["requester.user_agent", "requester.device_name", "requester.place"]],
  ["an image without a format", () => shop.createTicket({ qrImage: { ...svg, format: QrImageFormat.UNSPECIFIED } }), ["qr_image.format"]],
  ["an image format of the future", () => shop.createTicket({ qrImage: { ...svg, format: 9 as QrImageFormat } }), [
    "qr_image.format",
  ]],
  ["an error correction of the future", () =>
    shop.createTicket({ qrImage: { ...svg, errorCorrection: 9 as QrErrorCorrection } }), ["qr_image.error_correction"]],
  ["an image of 63 pixels", () => shop.createTicket({ qrImage: { ...svg, size: 63 } }), ["qr_image.size"]],
  ["an image of 1025 pixels", () => shop.createTicket({ qrImage: { ...svg, size: 1_025 } }), ["qr_image.size"]],
  ["a margin of 17", () => shop.createTicket({ qrImage: { ...svg, margin: 17 } }), ["qr_image.margin"]],
  ["a PNG too small for its code", () =>
    shop.createTicket({ qrImage: { ...svg, format: QrImageFormat.PNG, size: 64 } }), ["qr_image.size"]],
  ["several fields at once", () => shop.createTicket({ scene: "?", codeChallenge: "?" }), ["scene", "code_challenge"]],
  ["GetStatus without its fields", () => shop.getStatus({ ticketId: "", ticketSecret: "" }), [
    "ticket_id",
    "ticket_secret",
  ]],
  ["WatchStatus with fields too long", () => shop.watchStatus({ ticketId: long(65), ticketSecret: long(129) }), [
    "ticket_id",
    "ticket_secret",
  ]],
  ["Withdraw without a secret", () => shop.withdraw({ ticketId: id, ticketSecret: "" }), ["ticket_secret"]],
  ["MarkScanned without anything", () => alice.markScanned(undefined), ["qr_content"]],
  ["MarkScanned with an empty id", () => alice.markScanned({ $case: "ticketId", value: "" }), ["ticket_id"]],
  ["Authorize with an id too long", () => alice.authorize({ ticketId: long(65) }), ["ticket_id"]],
  ["Cancel without an id", () => alice.cancel({ ticketId: "" }), ["ticket_id"]],
  ["ExchangeUserInfo with fields too long", () =>
    shop.exchangeUserInfo({ exchangeTicket: long(257), codeVerifier: long(129) }), ["exchange_ticket", "code_verifier"]],
  ["ExchangeUserInfo without a ticket", () => shop.exchangeUserInfo({ exchangeTicket: "" }), ["exchange_ticket"]],
];

function requesterWith(changes: Record<string, string>) {
  return { ipAddress: "", userAgent: "", deviceName: "", place: "", ...changes };
}

describe("INVALID_REQUEST names the fields at fault", () => {
  it.each(invalid)("%s", async (_title, call, fields) => {
    expectRefusal(await call(), "INVALID_ARGUMENT", "INVALID_REQUEST", { fields });
  });

  it("and takes what is just within the limits", async () => {
    const requester = requesterWith({ userAgent: "\u{1F600}".repeat(256), place: long(256), ipAddress: "::1" });
    const customData = { a: long(504) };
    expect((await shop.createTicket({ scene: "A".repeat(32), requester, customData })).code).toBe("OK");
    expect((await shop.createTicket({ qrImage: { ...svg, size: 64, margin: 16 } })).code).toBe("OK");
  });

  it.each([
    ["bytes that are no message", Buffer.from([0xff, 0xff, 0xff])],
    ["a field that is cut off", Buffer.from([0x0a, 0x7f, 0x41])],
    ["a text that is not UTF-8", Buffer.from([0x0a, 0x02, 0xc3, 0x28])],
  ])("%s cannot be decoded", async (_title, bytes) => {
    const answer = await new Promise<Answer<unknown>>((resolve) => {
      server.client.makeUnaryRequest(
        "/qrlogin.v1.QrLoginService/CreateTicket",
        () => bytes,
        (answered) => answered,
        bytes,
        asApp("shop"),
        (error) =>
          resolve({
            code: status[error?.code ?? 0] as keyof typeof status,
            response: undefined,
            ...refusalDetailsOf(error?.metadata ?? new Metadata()),
          }),
      );
    });
    expectRefusal(answer, "INVALID_ARGUMENT", "INVALID_REQUEST");
  });
});

describe("a refusal that passes says how long to wait, and one that does not says nothing", () => {
  it("TOO_MANY_TICKETS by app and in all, finished ones included", async () => {
    await restart({ settings: { store: { maxTicketsPerApp: 1, maxTickets: 2 } } });
    orThrow(await shop.withdraw(await created(shop)));
    expectRefusal(await shop.createTicket(), "RESOURCE_EXHAUSTED", "TOO_MANY_TICKETS", { retry: true });
    const { app } = callersOf(server.client);
    await created(app("blog"));
    const third = await app("intranet").createTicket();
    expectRefusal(third, "RESOURCE_EXHAUSTED", "TOO_MANY_TICKETS", { retry: true });
    // The sweep that makes room may come a second late.
    await clock.pass(601_000);
    expect((await shop.createTicket()).code).toBe("OK");
  });

  it("RATE_LIMITED when more images are asked for than can be drawn, and no ticket is made for them", async () => {
    const qrImage = { ...svg, format: QrImageFormat.PNG, size: 1_024 };
    const answers = await Promise.all(Array.from({ length: 400 }, () => shop.createTicket({ qrImage })));
    const refused = answers.filter(({ code }) => code !== "OK");
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused) expectRefusal(answer, "RESOURCE_EXHAUSTED", "RATE_LIMITED", { retry: true });
  });

  it("CONCURRENT_UPDATE when the race for the write is lost again and again", async () => {
    const held = await scanned(shop, alice);
    const pending = await created(shop);
    const approved = await authorized(shop, alice);
    faults = { replace: async () => false };
    const answers = [
      await alice.markScanned(byId(pending)),
      ...[await alice.authorize(held), await alice.cancel(held), await shop.withdraw(held)],
      await shop.exchangeUserInfo(approved),
    ];
    for (const answer of answers) expectRefusal(answer, "ABORTED", "CONCURRENT_UPDATE", { retry: true });
  });

  it("STORE_UNAVAILABLE from every RPC while the store is away", async () => {
    const held = await authorized(shop, alice);
    const away = async () => {
      throw new StoreUnavailable("cut off by the test");
    };
    faults = { create: away, get: away, replace: away };
    const answers: Answer<unknown>[] = [
      ...[await shop.createTicket(), await shop.getStatus(held), await shop.watchStatus(held)],
      ...[await alice.markScanned(byId(held)), await alice.authorize(held), await alice.cancel(held)],
      ...[await shop.withdraw(held), await shop.exchangeUserInfo(held)],
    ];
    for (const answer of answers) expectRefusal(answer, "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
  });

  it("OUTCOME_UNKNOWN for an exchange that may have been written, without a time to wait", async () => {
    const held = await authorized(shop, alice);
    faults = { replace: () => Promise.reject(new StoreUnavailable("cut off by the test", "unknown")) };
    expectRefusal(await shop.exchangeUserInfo(held), "UNAVAILABLE", "OUTCOME_UNKNOWN");
    expectRefusal(await shop.withdraw(held), "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
  });

  it("an exchange that was surely not written may be repeated", async () => {
    const held = await authorized(shop, alice);
    faults = { replace: () => Promise.reject(new StoreUnavailable("cut off by the test", "not written")) };
    expectRefusal(await shop.exchangeUserInfo(held), "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
    faults = {};
    expect((await shop.exchangeUserInfo(held)).code).toBe("OK");
  });

  it("ISSUER_UNAVAILABLE while the keys of the pool cannot be fetched", async () => {
    await restart({ pool: { keys: { jwksUri: "http://127.0.0.1:1/jwks.json" } } });
    const held = await created(shop);
    expectRefusal(await alice.markScanned(byId(held)), "UNAVAILABLE", "ISSUER_UNAVAILABLE", { retry: true });
  });

  it("ISSUER_UNAVAILABLE while the UserInfo endpoint is away, and the ticket stays SCANNED", async () => {
    await restart({ pool: { userInfoUri: "http://127.0.0.1:1/userinfo" } });
    const held = await scanned(shop, alice);
    expectRefusal(await alice.authorize(held), "UNAVAILABLE", "ISSUER_UNAVAILABLE", { retry: true });
    expect(orThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.SCANNED);
  });

  it("INTERNAL for what nobody foresaw, with nothing of the cause", async () => {
    const held = await created(shop);
    faults = { get: () => Promise.reject(new Error("the cause, which stays inside")) };
    const answer = await shop.getStatus(held);
    expectRefusal(answer, "INTERNAL", "INTERNAL");
    expect(JSON.stringify(answer)).not.toContain("cause");
  });
});

describe("where several things are wrong the first in the order of the contract is told", () => {
  it("credential before fields", async () => {
    const nobody = callersOf(server.client).user("not.a.token");
    expectRefusal(await nobody.authorize({ ticketId: "" }), "UNAUTHENTICATED", "USER_UNAUTHENTICATED");
  });

  it("pool before scanner before state", async () => {
    const { app } = callersOf(server.client);
    const held = await arrangements["CANCELLED by the approver"]?.();
    if (!held) throw new Error("no ticket");
    expectRefusal(await bob.authorize(held), "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
    const foreign = await created(app("intranet"));
    orThrow(await app("intranet").withdraw(foreign));
    expectRefusal(await alice.cancel(foreign), "PERMISSION_DENIED", "USER_POOL_MISMATCH");
  });

  it("app before proof before state", async () => {
    const held = await created(shop);
    const exchangeTicket = exchangeTicketOf(held.ticketId, held.ticketSecret);
    const wrong = { exchangeTicket, codeVerifier: "a verifier that nobody asked for" };
    const blog = callersOf(server.client).app("blog");
    expectRefusal(await blog.exchangeUserInfo(wrong), "NOT_FOUND", "TICKET_NOT_FOUND");
    expectRefusal(await shop.exchangeUserInfo(wrong), "PERMISSION_DENIED", "PROOF_INVALID");
    const right = await shop.exchangeUserInfo({ exchangeTicket });
    expectRefusal(right, "FAILED_PRECONDITION", "TICKET_NOT_AUTHORIZED", { state: "PENDING" });
  });
});
