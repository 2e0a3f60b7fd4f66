import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { startApp } from "../../src/app.js";
import { developmentApp, developmentPool, signDevelopmentToken } from "../../src/auth/development.js";
import { loadConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problems.js";
import { digest, exchangeTicketOf, newTicketId } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import {
  asApp,
  authorized,
  type Calls,
  callersOf,
  created,
  orThrow,
  scanned,
  watchOf,
} from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { customers, signToken, staff } from "../support/tokens.js";

let server: TestServer;
let clock: ManualClock;
let shop: Calls;
let alice: Calls;
let bob: Calls;
/** Every ticket that was written, as it lay in the store. */
let stored: Ticket[];

beforeEach(() => start());
afterEach(() => server.stop());

async function start(options: TestServerOptions = {}): Promise<void> {
  stored = [];
  clock = createManualClock(Date.now());
  server = await startTestServer({
    clock,
    store: (embedded) => ({
      ...embedded,
      create(ticket) {
        stored.push(ticket);
        return embedded.create(ticket);
      },
      replace(ticket, expectedWriteId) {
        stored.push(ticket);
        return embedded.replace(ticket, expectedWriteId);
      },
    }),
    ...options,
  });
  const { app, user } = callersOf(server.client);
  shop = app("shop");
  alice = user(await signToken("alice"));
  bob = user(await signToken("bob"));
}

const byId = ({ ticketId }: { ticketId: string }) => ({ $case: "ticketId", value: ticketId }) as const;

describe("T2 Observer", () => {
  it("whoever sees the code learns nothing by its id, not even with an app's credential", async () => {
    const held = await authorized(shop, alice);
    const seen = JSON.parse(held.qrContent) as { random: string };
    expect(held.qrContent).not.toContain(held.ticketSecret);
    for (const ticketSecret of [seen.random, digest(seen.random), "A".repeat(43)]) {
      const proof = { ticketId: seen.random, ticketSecret };
      for (const call of ["getStatus", "watchStatus", "withdraw"] as const) {
        expect((await shop[call](proof)).reason).toBe("TICKET_NOT_FOUND");
      }
      const exchangeTicket = exchangeTicketOf(seen.random, ticketSecret);
      expect((await shop.exchangeUserInfo({ exchangeTicket })).reason).toBe("TICKET_NOT_FOUND");
    }
    expect((await shop.exchangeUserInfo(held)).code).toBe("OK");
  });
});

describe("T3 Session swap", () => {
  it("the first scanner binds the ticket, and the screen shows who it is and can withdraw", async () => {
    const held = await scanned(shop, bob);
    expect((await alice.markScanned(byId(held))).reason).toBe("SCANNED_BY_ANOTHER_USER");
    const { status } = orThrow(await shop.getStatus(held));
    expect(status?.scannedBy).toEqual({ nickname: "bob-nick", photoUrl: "https://img.example.com/bob.png" });
    orThrow(await shop.withdraw(held));
    expect((await bob.authorize(held)).reason).toBe("TICKET_CANCELLED");
  });

  it("of many users who scan at once one is bound", async () => {
    const held = await created(shop);
    const { user } = callersOf(server.client);
    const users = await Promise.all(Array.from({ length: 20 }, async (_, n) => user(await signToken(`user-${n}`))));
    const answers = await Promise.all(users.map((one) => one.markScanned(byId(held))));
    expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "SCANNED_BY_ANOTHER_USER")).toHaveLength(19);
  });
});

describe("T4 Approval by another user", () => {
  it("nobody but the scanner approves or cancels, whatever names they have in common", async () => {
    const held = await scanned(shop, alice);
    const before = orThrow(await shop.getStatus(held)).status;
    const claims = { nickname: "alice-nick", email: "alice@mail.example.com", azp: "subject-of-alice" };
    const twin = callersOf(server.client).user(await signToken("bob", customers, { claims }));
    for (const other of [bob, twin]) {
      expect((await other.authorize(held)).reason).toBe("SCANNED_BY_ANOTHER_USER");
      expect((await other.cancel(held)).reason).toBe("SCANNED_BY_ANOTHER_USER");
    }
    expect(orThrow(await shop.getStatus(held)).status).toEqual(before);
  });

  it("a ticket that nobody has scanned is approved by nobody", async () => {
    const held = await created(shop);
    expect((await alice.authorize(held)).reason).toBe("TICKET_NOT_SCANNED");
    expect(orThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.PENDING);
  });
});

describe("T5 Chained approval", () => {
  it("what a login gives the app is no token of an approver", async () => {
    const held = await authorized(shop, alice);
    const next = await created(shop);
    for (const credential of [held.exchangeTicket, held.ticketSecret, held.ticketId]) {
      const caller = callersOf(server.client).user(credential);
      expect((await caller.markScanned(byId(next))).reason).toBe("USER_UNAUTHENTICATED");
    }
  });
});

describe("T6 Confused tenant", () => {
  it("a user of one pool does nothing to a ticket of another, whatever the request says", async () => {
    const { app, user } = callersOf(server.client);
    const held = await created(app("intranet"));
    for (const pool of ["customers", "staff"]) {
      const text = held.qrContent.replace('"staff"', `"${pool}"`);
      expect((await alice.markScanned({ $case: "qrContent", value: text })).code).not.toBe("OK");
    }
    expect((await alice.markScanned(byId(held))).reason).toBe("USER_POOL_MISMATCH");
    const worker = user(await signToken("alice", staff));
    orThrow(await worker.markScanned(byId(held)));
    // The same subject, in another pool: somebody else.
    expect((await alice.authorize(held)).reason).toBe("USER_POOL_MISMATCH");
    expect((await alice.cancel(held)).reason).toBe("USER_POOL_MISMATCH");
    orThrow(await worker.authorize(held));
  });
});

describe("T7 Replay of a decision", () => {
  it("a decision that is sent again decides nothing new", async () => {
    const approved = await scanned(shop, alice);
    const first = orThrow(await alice.authorize(approved));
    clock.advance(10_000);
    expect(orThrow(await alice.authorize(approved))).toEqual(first);
    const { status } = orThrow(await shop.getStatus(approved));
    expect(status?.remainingDuration).toEqual({ seconds: 290, nanos: 0 });
    expect((await alice.cancel(approved)).reason).toBe("TICKET_ALREADY_AUTHORIZED");
  });

  it("of an approval and a cancellation at the same time one holds", async () => {
    for (let round = 0; round < 20; round++) {
      const held = await scanned(shop, alice);
      const answers = await Promise.all([alice.authorize(held), alice.cancel(held)]);
      expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
      expect(orThrow(await shop.getStatus(held)).status?.revision).toBe(3);
    }
  });
});

describe("T8 Resurrection", () => {
  it("no late call revives a ticket that is finished", async () => {
    const finished = await Promise.all([authorized(shop, alice), scanned(shop, alice), scanned(shop, alice)]);
    const [exchanged, cancelled, withdrawn] = finished;
    const expired = await scanned(shop, alice, { ttl: { seconds: 30, nanos: 0 } });
    orThrow(await shop.exchangeUserInfo(exchanged));
    orThrow(await alice.cancel(cancelled));
    orThrow(await shop.withdraw(withdrawn));
    clock.advance(30_000);
    for (const held of [...finished, expired]) {
      const before = orThrow(await shop.getStatus(held)).status;
      const exchangeTicket = exchangeTicketOf(held.ticketId, held.ticketSecret);
      await Promise.all([
        ...[alice.markScanned(byId(held)), alice.authorize(held), alice.cancel(held), bob.markScanned(byId(held))],
        ...[shop.withdraw(held), shop.exchangeUserInfo({ exchangeTicket })],
      ]);
      expect(orThrow(await shop.getStatus(held)).status).toEqual(before);
    }
  });
});

describe("T9 Double exchange", () => {
  it("of an exchange and a withdrawal at the same time one holds, and nothing is exchanged twice", async () => {
    for (let round = 0; round < 20; round++) {
      const held = await authorized(shop, alice);
      const answers = await Promise.all([
        ...[shop.exchangeUserInfo(held), shop.withdraw(held), shop.exchangeUserInfo(held)],
      ]);
      expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
      expect((await shop.exchangeUserInfo(held)).code).toBe("FAILED_PRECONDITION");
    }
  });
});

describe("T10 Exchange by another client", () => {
  it("another app cannot exchange, and without the verifier the app itself cannot", async () => {
    const codeVerifier = "the-verifier-that-only-the-browser-session-has";
    const held = await authorized(shop, alice, { codeChallenge: digest(codeVerifier) });
    for (const app of ["blog", "intranet"] as const) {
      const answer = await callersOf(server.client).app(app).exchangeUserInfo({ ...held, codeVerifier });
      expect(answer.reason).toBe("TICKET_NOT_FOUND");
    }
    expect((await shop.exchangeUserInfo(held)).reason).toBe("PROOF_INVALID");
    expect((await shop.exchangeUserInfo({ ...held, codeVerifier })).code).toBe("OK");
  });
});

describe("T12 Guessing", () => {
  it("an unknown id and a wrong secret are answered the same to the last byte", async () => {
    const held = await created(shop);
    const [unknown, wrong] = await Promise.all(
      [
        { ...held, ticketId: newTicketId() },
        { ...held, ticketSecret: "A".repeat(43) },
      ].map(
        (proof) =>
          new Promise((resolve) => {
            server.client.getStatus(proof, asApp("shop"), (error) =>
              resolve([error?.code, error?.details, error?.metadata.get("grpc-status-details-bin")]),
            );
          }),
      ),
    );
    expect(unknown).toEqual(wrong);
  });

  it("ids and secrets are made by the server, 128 and 256 bits, and never come twice", async () => {
    const many = await Promise.all(Array.from({ length: 200 }, () => created(shop)));
    expect(new Set(many.map(({ ticketId }) => ticketId)).size).toBe(200);
    expect(new Set(many.map(({ ticketSecret }) => ticketSecret)).size).toBe(200);
    for (const { ticketId, ticketSecret } of many) {
      expect(Buffer.from(ticketId, "base64url")).toHaveLength(16);
      expect(Buffer.from(ticketSecret, "base64url")).toHaveLength(32);
    }
  });
});

describe("T17 Watch and poll flood", () => {
  it("a ticket has at most four watches, and the newest one lives", async () => {
    const held = await created(shop);
    const watches = [];
    for (let count = 0; count < 20; count++) {
      const watch = watchOf(server.client, asApp("shop"), held);
      expect(await watch.next()).toBeDefined();
      watches.push(watch);
    }
    for (const watch of watches.slice(0, 16)) expect((await watch.ended).reason).toBe("WATCH_SUPERSEDED");
    orThrow(await shop.withdraw(held));
    for (const watch of watches.slice(16)) {
      expect(await watch.next()).toMatchObject({ state: TicketState.CANCELLED });
      expect((await watch.ended).code).toBe("OK");
    }
  });
});

describe("T18 Forged requester context", () => {
  it("line breaks, control and bidirectional characters do not reach the phone", async () => {
    const evil = "Your bank\r\n\u0000\u202Eknab ruoY\u2066\u2069\u200F\u061C\u2028\u0085\u001B[2J";
    const requester = { ipAddress: "192.0.2.1", userAgent: evil, deviceName: evil, place: evil };
    const held = await created(shop, { requester });
    const told = orThrow(await alice.markScanned(byId(held)));
    const clean = "Your bankknab ruoY[2J";
    expect(told.requester).toEqual({ ...requester, userAgent: clean, deviceName: clean, place: clean });
  });
});

describe("T20 Personal data to strangers", () => {
  it("the status holds nickname and photo of the scanner and nothing else of them", async () => {
    const held = await authorized(shop, alice);
    const text = JSON.stringify(orThrow(await shop.getStatus(held)));
    expect(text).toContain("alice-nick");
    for (const personal of ["Full-Name", "alice@", "+351", "subject-of-alice", "department"]) {
      expect(text).not.toContain(personal);
    }
  });

  it("the phone is told nothing about another user, and the screen nothing once the ticket is finished", async () => {
    const held = await scanned(shop, alice);
    expect(JSON.stringify(await bob.markScanned(byId(held)))).not.toContain("alice");
    orThrow(await alice.cancel(held));
    expect(JSON.stringify(orThrow(await shop.getStatus(held)))).not.toContain("alice");
  });
});

describe("T21 Malicious QR content", () => {
  it.each([
    ["a link", "https://evil.example.com/?random="],
    ["an array", "[]"],
    ["null", "null"],
    ["a number", "1e999"],
    ["deep nesting", `${"[".repeat(2_000)}${"]".repeat(2_000)}`],
    ["a prototype", '{"__proto__":{"random":"x"}}'],
    ["an id that is an object", '{"scene":"APP_AUTH","random":{},"userPoolId":"customers"}'],
    ["an id that is too short", '{"scene":"APP_AUTH","random":"AAAA","userPoolId":"customers"}'],
  ])("%s is refused as what it is", async (_title, value) => {
    const answer = await alice.markScanned({ $case: "qrContent", value });
    expect([answer.code, answer.reason]).toEqual(["INVALID_ARGUMENT", "QR_CONTENT_INVALID"]);
  });

  it("what the phone shows is what the ticket says, never what the code says", async () => {
    const held = await created(shop, { customData: { amount: 10 } });
    const forged = JSON.stringify({ ...JSON.parse(held.qrContent), customData: { amount: 99 }, app: "Your bank" });
    const told = orThrow(await alice.markScanned({ $case: "qrContent", value: forged }));
    expect([told.customData, told.app?.name]).toEqual([{ amount: 10 }, "Example Shop"]);
  });
});

describe("T24 Clock skew", () => {
  it("every answer with an expire time says how much of it is left", async () => {
    const told = orThrow(await shop.createTicket());
    clock.advance(1_500);
    const scan = orThrow(await alice.markScanned(byId(told)));
    const { status } = orThrow(await shop.getStatus(told));
    expect(told.remainingDuration).toEqual({ seconds: 120, nanos: 0 });
    const left = { seconds: 118, nanos: 500_000_000 };
    expect([scan.remainingDuration, status?.remainingDuration]).toEqual([left, left]);
    expect(scan.expireTime).toEqual(told.expireTime);
  });
});

describe("T29 Insider, stolen store dump", () => {
  it("no credential lies in the store, in whatever state", async () => {
    const codeVerifier = "the-verifier-that-only-the-browser-session-has";
    const held = await authorized(shop, alice, { codeChallenge: digest(codeVerifier) });
    orThrow(await shop.exchangeUserInfo({ ...held, codeVerifier }));
    expect(stored.map(({ state }) => state)).toEqual(["PENDING", "SCANNED", "AUTHORIZED", "EXCHANGED"]);
    const dump = JSON.stringify(stored);
    const [, mac = ""] = held.exchangeTicket.split(".");
    for (const credential of [held.ticketSecret, mac, codeVerifier, await signToken("alice")]) {
      expect(dump).not.toContain(credential);
    }
  });

  it("profile, context and custom data are dropped by the write that ends the ticket", async () => {
    const requester = { ipAddress: "192.0.2.1", userAgent: "agent-x", deviceName: "device-x", place: "place-x" };
    const request = { requester, customData: { note: "custom-x" } };
    const ways = [
      async () => orThrow(await shop.exchangeUserInfo(await authorized(shop, alice, request))),
      async () => orThrow(await alice.cancel(await scanned(shop, alice, request))),
      async () => orThrow(await shop.withdraw(await authorized(shop, alice, request))),
      async () => {
        const held = await authorized(shop, alice, request);
        clock.advance(300_000);
        orThrow(await shop.getStatus(held));
      },
    ];
    for (const end of ways) {
      await end();
      const last = JSON.stringify(stored.at(-1));
      for (const personal of ["alice-nick", "alice@", "Full-Name", "agent-x", "device-x", "place-x", "custom-x"]) {
        expect(last).not.toContain(personal);
      }
    }
  });
});

describe("T32 Development identity in production", () => {
  it("a service with a configuration takes neither the development app nor its tokens", async () => {
    const token = await signDevelopmentToken("alice", Date.now());
    const { user } = callersOf(server.client);
    const held = await created(shop);
    expect((await user(token).markScanned(byId(held))).reason).toBe("USER_UNAUTHENTICATED");
  });

  const development = { apps: [developmentApp], userPools: [developmentPool] };

  it.each([
    ["with NODE_ENV=production", { NODE_ENV: "production" }],
    ["on another address than loopback", { QRLOGIN_GRPC_ADDRESS: "0.0.0.0:0" }],
  ])("development mode does not start %s", (_title, env) => {
    expect(() => loadConfig({ env, development })).toThrow(ConfigError);
  });

  it("development mode starts on loopback", async () => {
    const config = loadConfig({ env: { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" }, development });
    expect(config.development).toBe(true);
    const { default: silent } = await import("pino").then(({ pino }) => ({ default: pino({ enabled: false }) }));
    const app = await startApp(config, silent);
    await app.stop();
  });
});
