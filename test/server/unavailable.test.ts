import { describe, expect, it, onTestFinished } from "vitest";
import { QrErrorCorrection, QrImageFormat } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState } from "../../gen/qrlogin/v1/ticket.js";
import { createAppClient, createApproverClient } from "../../src/client/index.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import {
  callersOf,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
} from "../support/callers.js";
import { expectError, expectStoreUnavailable } from "../support/expect_error.js";
import { appSecrets } from "../support/server.js";
import {
  alice,
  clock,
  failStore,
  restartServer,
  server,
  shop,
  useTestServer,
  writtenTickets,
} from "../support/test_server.js";
import { customers, signToken } from "../support/tokens.js";

useTestServer();

describe("a temporary error has a retry delay, a permanent one has none", () => {
  it("TOO_MANY_TICKETS counts tickets by app and in total, finished ones included", async () => {
    await restartServer({ settings: { store: { maxTicketsPerApp: 1, maxTickets: 2 } } });
    responseOrThrow(await shop.withdraw(await createTestTicket(shop)));
    expectError(await shop.createTicket(), "RESOURCE_EXHAUSTED", "TOO_MANY_TICKETS", { retry: true });
    const { app } = callersOf(server.client);
    await createTestTicket(app("blog"));
    const third = await app("intranet").createTicket();
    expectError(third, "RESOURCE_EXHAUSTED", "TOO_MANY_TICKETS", { retry: true });
    // The sweep that makes room may be a second late.
    await clock.advanceAsync(601_000);
    expect((await shop.createTicket()).code).toBe("OK");
  });

  it("RATE_LIMITED is the error when too many images are requested, and no ticket is created", async () => {
    const qrImage = { format: QrImageFormat.PNG, size: 1_024, errorCorrection: QrErrorCorrection.M };
    const answers = await Promise.all(Array.from({ length: 400 }, () => shop.createTicket({ qrImage })));
    const rejected = answers.filter(({ code }) => code !== "OK");
    expect(rejected.length).toBeGreaterThan(0);
    expect(writtenTickets).toHaveLength(answers.length - rejected.length);
    for (const answer of rejected) expectError(answer, "RESOURCE_EXHAUSTED", "RATE_LIMITED", { retry: true });
  });

  it("CONCURRENT_UPDATE is the error when a write is lost to others repeatedly", async () => {
    const held = await createScannedTicket(shop, alice);
    const pending = await createTestTicket(shop);
    const approved = await createAuthorizedTicket(shop, alice);
    failStore({ replace: async () => false });
    const answers = [
      await alice.markScanned(scannedById(pending)),
      ...[await alice.authorize(held), await alice.cancel(held), await shop.withdraw(held)],
      await shop.exchangeUserInfo(approved),
    ];
    for (const answer of answers) expectError(answer, "ABORTED", "CONCURRENT_UPDATE", { retry: true });
  });

  it("STORE_UNAVAILABLE is the error of every RPC that needs the store while it is unreachable", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    const away = async () => {
      throw new StoreUnavailableError("cut off by the test");
    };
    failStore({ create: away, get: away, replace: away });
    await expectStoreUnavailable(shop, alice, held);
  });

  it("OUTCOME_UNKNOWN is the error for an exchange that may have been written, without a retry delay", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    failStore({ replace: () => Promise.reject(new StoreUnavailableError("cut off by the test", "unknown")) });
    expectError(await shop.exchangeUserInfo(held), "UNAVAILABLE", "OUTCOME_UNKNOWN");
    expectError(await shop.withdraw(held), "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
  });

  it("an exchange that was certainly not written can be retried", async () => {
    const held = await createAuthorizedTicket(shop, alice);
    failStore({
      replace: () => Promise.reject(new StoreUnavailableError("cut off by the test", "not written")),
    });
    expectError(await shop.exchangeUserInfo(held), "UNAVAILABLE", "STORE_UNAVAILABLE", { retry: true });
    failStore();
    expect((await shop.exchangeUserInfo(held)).code).toBe("OK");
  });

  it("ISSUER_UNAVAILABLE is the error while the keys of the pool cannot be fetched", async () => {
    await restartServer({ pool: { keys: { jwksUri: "http://127.0.0.1:1/jwks.json" } } });
    const held = await createTestTicket(shop);
    expectError(await alice.markScanned(scannedById(held)), "UNAVAILABLE", "ISSUER_UNAVAILABLE", {
      retry: true,
    });
  });

  it("ISSUER_UNAVAILABLE is not retried by a client that retries UNAVAILABLE automatically", async () => {
    await restartServer({ pool: { keys: { jwksUri: "http://127.0.0.1:1/jwks.json" } } });
    const held = await createTestTicket(shop);
    const token = await signToken("alice", customers);
    const client = createApproverClient({ address: server.address, token });
    onTestFinished(client.close);
    await expect(client.authorize(held)).rejects.toMatchObject({ reason: "ISSUER_UNAVAILABLE" });
    expect(server.lines.filter(({ method }) => method === "Authorize")).toHaveLength(1);
  });

  it("ISSUER_UNAVAILABLE is the error while UserInfo is unreachable, and the ticket stays SCANNED", async () => {
    await restartServer({ pool: { userInfoUri: "http://127.0.0.1:1/userinfo" } });
    const held = await createScannedTicket(shop, alice);
    expectError(await alice.authorize(held), "UNAVAILABLE", "ISSUER_UNAVAILABLE", { retry: true });
    expect(responseOrThrow(await shop.getStatus(held)).status?.state).toBe(TicketState.SCANNED);
  });

  it("INTERNAL is not retried by a client that retries calls on a broken connection automatically", async () => {
    const held = await createTestTicket(shop);
    failStore({ get: () => Promise.reject(new Error("broken")) });
    const { address } = server;
    const client = createAppClient({ address, appId: "shop", appSecret: appSecrets.shop });
    onTestFinished(client.close);
    await expect(client.getStatus(held)).rejects.toMatchObject({ reason: "INTERNAL" });
    expect(server.lines.filter(({ method }) => method === "GetStatus")).toHaveLength(1);
  });

  it("INTERNAL is the error for an unexpected failure, and does not reveal the cause", async () => {
    const held = await createTestTicket(shop);
    failStore({ get: () => Promise.reject(new Error("the cause, which stays inside")) });
    const answer = await shop.getStatus(held);
    expectError(answer, "INTERNAL", "INTERNAL");
    expect(JSON.stringify(answer)).not.toContain("cause");
  });
});
