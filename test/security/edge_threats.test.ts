import { describe, expect, it } from "vitest";
import { RequesterContext, TicketState } from "../../gen/qrlogin/v1/ticket.js";
import {
  developmentApp,
  developmentPool,
  signDevelopmentToken,
} from "../../src/auth/development_identities.js";
import { startService } from "../../src/compose/service.js";
import { ConfigError } from "../../src/config/config_error.js";
import { loadConfig } from "../../src/config/load_config.js";
import { newTicketId, sha256 } from "../../src/domain/secrets.js";
import {
  asApp,
  callersOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
  watchOf,
} from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import { alice, bob, clock, server, shop, useTestServer, writtenTickets } from "../support/test_server.js";
import { signToken } from "../support/tokens.js";

useTestServer();

describe("T12 Guessing", () => {
  it("an unknown id and a wrong secret are answered the same to the last byte", async () => {
    const held = await createTestTicket(shop);
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
    const many = await Promise.all(Array.from({ length: 200 }, () => createTestTicket(shop)));
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
    const held = await createTestTicket(shop);
    const watches = [];
    for (let count = 0; count < 20; count++) {
      const watch = watchOf(server.client, asApp("shop"), held);
      expect(await watch.next()).toBeDefined();
      watches.push(watch);
    }
    for (const watch of watches.slice(0, 16)) expect((await watch.ended).reason).toBe("WATCH_SUPERSEDED");
    responseOrThrow(await shop.withdraw(held));
    for (const watch of watches.slice(16)) {
      expect(await watch.next()).toMatchObject({ state: TicketState.CANCELLED });
      expect((await watch.ended).code).toBe("OK");
    }
  });
});

describe("T18 Forged requester context", () => {
  it("line breaks, control and bidirectional characters do not reach the phone", async () => {
    const evil =
      "Your\u200B \u2060b\u00ADank\uFEFF\u3164\u{E0041}\uFE0F\r\n\u0000\u202Eknab ruoY\u2066\u2069\u200F\u061C\u2028\u0085\u001B[2J";
    const requester = RequesterContext.fromPartial({
      ipAddress: "192.0.2.1",
      userAgent: evil,
      deviceName: evil,
      location: evil,
    });
    const held = await createTestTicket(shop, { requester });
    const told = responseOrThrow(await alice.markScanned(scannedById(held)));
    const clean = "Your bankknab ruoY[2J";
    expect(told.requester).toMatchObject({ userAgent: clean, deviceName: clean, location: clean });
  });
});

describe("T20 Personal data to strangers", () => {
  it("the status holds nickname and photo of the scanner and nothing else of them", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    const text = JSON.stringify(responseOrThrow(await shop.getStatus(held)));
    expect(text).toContain("alice-nick");
    for (const personal of ["Full-Name", "alice@", "+351", "subject-of-alice", "department"]) {
      expect(text).not.toContain(personal);
    }
  });

  it("the phone is told nothing about another user, and the screen nothing once the ticket is finished", async () => {
    const held = await createScannedTicket(shop, alice);
    const refused = await bob.markScanned(scannedById(held));
    expectError(refused, "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
    expect(JSON.stringify(refused)).not.toContain("alice");
    const during = responseOrThrow(await shop.getStatus(held)).status;
    expect(during?.scannedBy?.nickname).toBe("alice-nick");
    responseOrThrow(await alice.cancel(held));
    const finished = responseOrThrow(await shop.getStatus(held)).status;
    expect(finished).toMatchObject({ state: TicketState.CANCELLED, scannedBy: undefined });
    expect(JSON.stringify(finished)).not.toContain("alice");
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
    const held = await createTestTicket(shop, { customData: { amount: 10 } });
    const forged = JSON.stringify({
      ...JSON.parse(held.qrContent),
      customData: { amount: 99 },
      app: "Your bank",
    });
    const told = responseOrThrow(await alice.markScanned({ $case: "qrContent", value: forged }));
    expect([told.customData, told.app?.name]).toEqual([{ amount: 10 }, "Example Shop"]);
  });
});

describe("T24 Clock skew", () => {
  it("every answer with an expire time says how much of it is left", async () => {
    const told = responseOrThrow(await shop.createTicket());
    clock.advance(1_500);
    const scan = responseOrThrow(await alice.markScanned(scannedById(told)));
    const { status } = responseOrThrow(await shop.getStatus(told));
    expect(told.remainingDuration).toEqual({ seconds: 120, nanos: 0 });
    const left = { seconds: 118, nanos: 500_000_000 };
    expect([scan.remainingDuration, status?.remainingDuration]).toEqual([left, left]);
    expect(scan.expireTime).toEqual(told.expireTime);
  });
});

describe("T29 Insider, stolen store dump", () => {
  it("no credential lies in the store, in whatever state", async () => {
    const codeVerifier = "the-verifier-that-only-the-browser-session-has";
    const held = await createAuthorizedTicket(shop, alice, { codeChallenge: sha256(codeVerifier) });
    responseOrThrow(await shop.exchangeUserInfo({ ...held, codeVerifier }));
    expect(writtenTickets.map(({ state }) => state)).toEqual([
      "PENDING",
      "SCANNED",
      "AUTHORIZED",
      "EXCHANGED",
    ]);
    const dump = JSON.stringify(writtenTickets);
    const [, mac = ""] = held.exchangeTicket.split(".");
    for (const credential of [held.ticketSecret, mac, codeVerifier, await signToken("alice")]) {
      expect(dump).not.toContain(credential);
    }
  });

  it("profile, context and custom data are dropped by the write that ends the ticket", async () => {
    const requester = RequesterContext.fromPartial({
      ipAddress: "192.0.2.1",
      userAgent: "agent-x",
      deviceName: "device-x",
      location: "place-x",
    });
    const request = { requester, customData: { note: "custom-x" } };
    const ways = [
      async () =>
        responseOrThrow(await shop.exchangeUserInfo(await createAuthorizedTicket(shop, alice, request))),
      async () => responseOrThrow(await alice.cancel(await createScannedTicket(shop, alice, request))),
      async () => responseOrThrow(await shop.withdraw(await createAuthorizedTicket(shop, alice, request))),
      async () => {
        const held = await createAuthorizedTicket(shop, alice, request);
        clock.advance(300_000);
        responseOrThrow(await shop.getStatus(held));
      },
    ];
    for (const end of ways) {
      await end();
      const last = JSON.stringify(writtenTickets.at(-1));
      for (const personal of [
        "alice-nick",
        "alice@",
        "Full-Name",
        "agent-x",
        "device-x",
        "place-x",
        "custom-x",
      ]) {
        expect(last).not.toContain(personal);
      }
    }
  });
});

describe("T32 Development identity in production", () => {
  it("a service with a configuration takes neither the development app nor its tokens", async () => {
    const token = await signDevelopmentToken("alice", Date.now());
    const { user } = callersOf(server.client);
    const held = await createTestTicket(shop);
    expect((await user(token).markScanned(scannedById(held))).reason).toBe("USER_UNAUTHENTICATED");
  });

  const developmentPreset = { apps: [developmentApp], userPools: [developmentPool] };

  it.each([
    ["with NODE_ENV=production", { NODE_ENV: "production" }],
    ["on another address than loopback", { QRLOGIN_GRPC_ADDRESS: "0.0.0.0:0" }],
  ])("development mode does not start %s", (_title, env) => {
    expect(() => loadConfig({ env, developmentPreset })).toThrow(ConfigError);
  });

  it("development mode starts on loopback", async () => {
    const config = loadConfig({ env: { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" }, developmentPreset });
    expect(config.development).toBe(true);
    const { default: silent } = await import("pino").then(({ pino }) => ({
      default: pino({ enabled: false }),
    }));
    const app = await startService(config, silent);
    await app.stop();
  });
});
