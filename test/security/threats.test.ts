import { credentials } from "@grpc/grpc-js";
import { decodeJwt } from "jose";
import { pino } from "pino";
import { describe, expect, it } from "vitest";
import { QrLoginServiceClient, type TokenSet } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { signDevelopmentToken } from "../../src/auth/development_identities.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startService } from "../../src/compose/service.js";
import { loadConfig } from "../../src/config/load_config.js";
import { exchangeTicketOf, sha256, sha256Hex } from "../../src/domain/secrets.js";
import { startIssuerServer } from "../auth/support.js";
import {
  asUser,
  authorization,
  basic,
  type Calls,
  callersOf,
  callsOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
} from "../support/callers.js";
import { startTestServer } from "../support/server.js";
import {
  alice,
  bob,
  clock,
  delayReads,
  restartServer,
  server,
  shop,
  useTestServer,
} from "../support/test_server.js";
import { customers, customersJwks, signToken, staff } from "../support/tokens.js";

useTestServer();

describe("T2 Observer", () => {
  it("the ticket id in the QR code gives no information, even with an app's credential", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    const seen = JSON.parse(held.qrContent) as { random: string };
    expect(held.qrContent).not.toContain(held.ticketSecret);
    for (const ticketSecret of [seen.random, sha256(seen.random), "A".repeat(43)]) {
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
  it("the first scan binds the ticket, and the screen shows the scanner and can withdraw", async () => {
    const held = await createScannedTicket(shop, bob);
    expect((await alice.markScanned(scannedById(held))).reason).toBe("SCANNED_BY_ANOTHER_USER");
    const { status } = responseOrThrow(await shop.getStatus(held));
    expect(status?.scannedBy).toEqual({ nickname: "bob-nick", photoUrl: "https://img.example.com/bob.png" });
    responseOrThrow(await shop.withdraw(held));
    expect((await bob.authorize(held)).reason).toBe("TICKET_CANCELLED");
  });

  it("only one of many concurrent scanners is bound to the ticket", async () => {
    delayReads();
    const held = await createTestTicket(shop);
    const { user } = callersOf(server.client);
    const users = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => user(await signToken(`user-${n}`))),
    );
    const answers = await Promise.all(users.map((one) => one.markScanned(scannedById(held))));
    expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
    expect(answers.filter(({ reason }) => reason === "SCANNED_BY_ANOTHER_USER")).toHaveLength(19);
  });
});

describe("T4 Approval by another user", () => {
  it("only the scanner can approve or cancel, even if another user has the same names", async () => {
    const held = await createScannedTicket(shop, alice);
    const before = responseOrThrow(await shop.getStatus(held)).status;
    const claims = { nickname: "alice-nick", email: "alice@mail.example.com", azp: "subject-of-alice" };
    const twin = callersOf(server.client).user(await signToken("bob", customers, { claims }));
    for (const other of [bob, twin]) {
      expect((await other.authorize(held)).reason).toBe("SCANNED_BY_ANOTHER_USER");
      expect((await other.cancel(held)).reason).toBe("SCANNED_BY_ANOTHER_USER");
    }
    expect(responseOrThrow(await shop.getStatus(held)).status).toEqual(before);
  });

  it("a ticket that has not been scanned cannot be approved", async () => {
    const held = await createTestTicket(shop);
    expect((await alice.authorize(held)).reason).toBe("TICKET_NOT_SCANNED");
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.PENDING);
  });
});

describe("T5 Chained approval", () => {
  it("no result of a login is valid as an approver's token", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    const next = await createTestTicket(shop);
    for (const credential of [held.exchangeTicket, held.ticketSecret, held.ticketId]) {
      const caller = callersOf(server.client).user(credential);
      expect((await caller.markScanned(scannedById(next))).reason).toBe("USER_UNAUTHENTICATED");
    }
  });

  it("the tokens that the service signs for a login cannot approve", async () => {
    const { tokenSet } = responseOrThrow(
      await shop.exchangeUserInfo(await createAuthorizedTicket(shop, alice)),
    );
    await expectNoApproval(server.client, { app: shop, user: alice }, tokenSet);
  });

  it("the tokens of an app whose id equals the audience of user tokens cannot approve", async () => {
    const impostor = {
      ...{ id: customers.audience, name: "Impostor", userPool: customers.id },
      secretSha256: [sha256Hex("impostor")],
    };
    await restartServer({ settings: { apps: [impostor] } });
    const app = callsOf(server.client, authorization(basic(customers.audience, "impostor")));
    const { tokenSet } = responseOrThrow(
      await app.exchangeUserInfo(await createAuthorizedTicket(app, alice)),
    );
    expect(decodeJwt(tokenSet?.idToken ?? "").aud).toBe(customers.audience);
    await expectNoApproval(server.client, { app, user: alice }, tokenSet);
  });

  it("the tokens of the development issuer cannot approve", async () => {
    const config = loadConfig({
      env: { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0", QRLOGIN_TICKETS_MIN_POLL_INTERVAL: "0s" },
      developmentPreset: developmentPresets(),
    });
    const app = await startService(config, pino({ level: "silent" }));
    const client = new QrLoginServiceClient(app.grpcAddress, credentials.createInsecure());
    try {
      const demo = callsOf(client, authorization(basic("demo-app", "demo-secret")));
      const demoAlice = callsOf(client, asUser(await signDevelopmentToken("alice", Date.now())));
      const { tokenSet } = responseOrThrow(
        await demo.exchangeUserInfo(await createAuthorizedTicket(demo, demoAlice)),
      );
      await expectNoApproval(client, { app: demo, user: demoAlice }, tokenSet);
    } finally {
      client.close();
      await app.stop();
    }
  });

  it("a pool whose keys turn out to be the service's own lets no user approve", async () => {
    const idp = await startIssuerServer();
    const other = await startTestServer({ pool: { keys: { jwksUri: `${idp.origin}/jwks` } } });
    const { app, user } = callersOf(other.client);
    const phone = user(await signToken("alice"));
    const held = await createTestTicket(app("shop"));
    const { jwks } = responseOrThrow(await app("shop").getSigningKeys());
    idp.answerJson("/jwks", { keys: [...customersJwks.keys, ...JSON.parse(jwks).keys] });
    expect((await phone.markScanned(scannedById(held))).reason).toBe("ISSUER_UNAVAILABLE");
    idp.answerJson("/jwks", customersJwks);
    expect((await phone.markScanned(scannedById(held))).code).toBe("OK");
    await idp.close();
    await other.stop();
  });
});

describe("T6 Confused tenant", () => {
  it("a user of one pool cannot change a ticket of another, whatever the request contains", async () => {
    const { app, user } = callersOf(server.client);
    const held = await createTestTicket(app("intranet"));
    for (const pool of ["customers", "staff"]) {
      const text = held.qrContent.replace('"staff"', `"${pool}"`);
      expect((await alice.markScanned({ $case: "qrContent", value: text })).code).not.toBe("OK");
    }
    expect((await alice.markScanned(scannedById(held))).reason).toBe("USER_POOL_MISMATCH");
    const worker = user(await signToken("alice", staff));
    responseOrThrow(await worker.markScanned(scannedById(held)));
    // The same subject in another pool is another user.
    expect((await alice.authorize(held)).reason).toBe("USER_POOL_MISMATCH");
    expect((await alice.cancel(held)).reason).toBe("USER_POOL_MISMATCH");
    responseOrThrow(await worker.authorize(held));
  });
});

describe("T7 Replay of a decision", () => {
  it("a repeated decision changes nothing", async () => {
    const approved = await createScannedTicket(shop, alice);
    const first = responseOrThrow(await alice.authorize(approved));
    clock.advance(10_000);
    expect(responseOrThrow(await alice.authorize(approved))).toEqual(first);
    const { status } = responseOrThrow(await shop.getStatus(approved));
    expect(status?.remainingDuration).toEqual({ seconds: 290, nanos: 0 });
    expect((await alice.cancel(approved)).reason).toBe("TICKET_ALREADY_AUTHORIZED");
  });

  it("only one of a concurrent approval and cancellation takes effect", async () => {
    delayReads();
    for (let round = 0; round < 20; round++) {
      const held = await createScannedTicket(shop, alice);
      const answers = await Promise.all([alice.authorize(held), alice.cancel(held)]);
      expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
      expect(responseOrThrow(await shop.getStatus(held)).status?.revision).toBe(3);
    }
  });
});

describe("T8 Resurrection", () => {
  it("no late call revives a finished ticket", async () => {
    const finished = await Promise.all([
      createAuthorizedTicket(shop, alice),
      createScannedTicket(shop, alice),
      createScannedTicket(shop, alice),
    ]);
    const [exchanged, cancelled, withdrawn] = finished;
    const expired = await createScannedTicket(shop, alice, { ttl: { seconds: 30, nanos: 0 } });
    responseOrThrow(await shop.exchangeUserInfo(exchanged));
    responseOrThrow(await alice.cancel(cancelled));
    responseOrThrow(await shop.withdraw(withdrawn));
    clock.advance(30_000);
    for (const held of [...finished, expired]) {
      const before = responseOrThrow(await shop.getStatus(held)).status;
      const exchangeTicket = exchangeTicketOf(held.ticketId, held.ticketSecret);
      await Promise.all([
        ...[
          alice.markScanned(scannedById(held)),
          alice.authorize(held),
          alice.cancel(held),
          bob.markScanned(scannedById(held)),
        ],
        ...[shop.withdraw(held), shop.exchangeUserInfo({ exchangeTicket })],
      ]);
      expect(responseOrThrow(await shop.getStatus(held)).status).toEqual(before);
    }
  });
});

describe("T9 Double exchange", () => {
  it("only one of a concurrent exchange and withdrawal takes effect, and nothing is exchanged twice", async () => {
    delayReads();
    for (let round = 0; round < 20; round++) {
      const held = await createAuthorizedTicket(shop, alice);
      const answers = await Promise.all([
        ...[shop.exchangeUserInfo(held), shop.withdraw(held), shop.exchangeUserInfo(held)],
      ]);
      expect(answers.filter(({ code }) => code === "OK")).toHaveLength(1);
      expect((await shop.exchangeUserInfo(held)).code).toBe("FAILED_PRECONDITION");
    }
  });
});

describe("T10 Exchange by another client", () => {
  it("another app cannot exchange, and neither can the app itself without the verifier", async () => {
    const codeVerifier = "the-verifier-that-only-the-browser-session-has";
    const held = await createAuthorizedTicket(shop, alice, { codeChallenge: sha256(codeVerifier) });
    for (const app of ["blog", "intranet"] as const) {
      const answer = await callersOf(server.client)
        .app(app)
        .exchangeUserInfo({ ...held, codeVerifier });
      expect(answer.reason).toBe("TICKET_NOT_FOUND");
    }
    expect((await shop.exchangeUserInfo(held)).reason).toBe("PROOF_INVALID");
    expect((await shop.exchangeUserInfo({ ...held, codeVerifier })).code).toBe("OK");
  });
});

/** Expects each RPC of approvers to reject both tokens, for a ticket that their user has scanned. */
async function expectNoApproval(
  client: QrLoginServiceClient,
  { app, user }: { readonly app: Calls; readonly user: Calls },
  tokenSet: TokenSet | undefined,
): Promise<void> {
  const next = await createScannedTicket(app, user);
  const before = responseOrThrow(await app.getStatus(next)).status;
  for (const token of [tokenSet?.idToken, tokenSet?.accessToken]) {
    expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const caller = callsOf(client, asUser(token ?? ""));
    const calls = [caller.markScanned(scannedById(next)), caller.authorize(next), caller.cancel(next)];
    for (const answer of await Promise.all(calls)) {
      expect([answer.code, answer.reason]).toEqual(["UNAUTHENTICATED", "USER_UNAUTHENTICATED"]);
    }
  }
  expect(responseOrThrow(await app.getStatus(next)).status?.revision).toBe(before?.revision);
}
