import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TicketState } from "../../src/client/index.js";
import {
  type Calls,
  callersOf,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  scannedById,
} from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { expectError } from "../support/expect_error.js";
import { startTestServer, type TestServer } from "../support/server.js";
import {
  introspectionClient,
  type OpaqueTokenIssuer,
  startOpaqueTokenIssuer,
} from "./opaque_token_issuer.js";

let issuer: OpaqueTokenIssuer;
let server: TestServer;
let clock: ManualClock;
let shop: Calls;

beforeAll(async () => {
  issuer = await startOpaqueTokenIssuer(["the-phone", "another-app"]);
});
afterAll(() => issuer.close());
beforeEach(() => start());
afterEach(() => server.stop());

async function start(changes: object = {}): Promise<void> {
  clock = createManualClock(Date.now());
  server = await startTestServer({
    clock,
    pool: {
      keys: undefined,
      issuer: issuer.issuer,
      audience: ["the-phone"],
      introspection: { uri: issuer.introspectionUri, ...introspectionClient, ...changes },
      userInfoUri: issuer.userInfoUri,
    },
  });
  shop = callersOf(server.client).app("shop");
}

const phoneWith = (token: string): Calls => callersOf(server.client).user(token);

describe("tokens of oidc-provider that are no JWTs", () => {
  it("sign a user in, and the endpoint is asked once for all calls of the phone", async () => {
    const { access_token: token } = await issuer.signIn("alice", "the-phone");
    expect(token.split(".")).toHaveLength(1);
    const phone = phoneWith(token);
    const askedBefore = issuer.asked(issuer.introspectionUri);

    const declined = await createScannedTicket(shop, phone);
    expect(responseOrThrow(await phone.cancel(declined)).state).toBe(TicketState.CANCELLED);
    const held = await createTestTicket(shop);
    responseOrThrow(await phone.markScanned(scannedById(held)));
    expect(responseOrThrow(await phone.authorize(held)).state).toBe(TicketState.AUTHORIZED);
    const { exchangeTicket } = responseOrThrow(await shop.getStatus(held)).status ?? {};
    const { user, userPoolId } = responseOrThrow(
      await shop.exchangeUserInfo({ exchangeTicket: exchangeTicket ?? "" }),
    );

    expect(user).toMatchObject({ userId: "alice", nickname: "Alice", name: "Alice Example" });
    expect(userPoolId).toBe("customers");
    expect(issuer.asked(issuer.introspectionUri) - askedBefore).toBe(1);
    for (const secret of [token, introspectionClient.clientSecret])
      expect(server.logText()).not.toContain(secret);
  });

  it("belong to one user, so that another user cannot approve", async () => {
    const alice = phoneWith((await issuer.signIn("alice", "the-phone")).access_token);
    const bob = phoneWith((await issuer.signIn("bob", "the-phone")).access_token);
    const held = await createScannedTicket(shop, alice);
    expectError(await bob.authorize(held), "PERMISSION_DENIED", "SCANNED_BY_ANOTHER_USER");
  });

  it("are rejected after they were revoked, at the latest after a minute", async () => {
    const { access_token: token } = await issuer.signIn("alice", "the-phone");
    const phone = phoneWith(token);
    const held = await createScannedTicket(shop, phone);
    await issuer.revoke(token, "the-phone");
    clock.advance(60_000);
    expectError(await phone.authorize(held), "UNAUTHENTICATED", "USER_UNAUTHENTICATED");
  });

  it.each(["refresh_token", "id_token"] as const)(
    "are accepted, but not the %s beside them",
    async (kind) => {
      const tokens = await issuer.signIn("alice", "the-phone");
      const held = await createTestTicket(shop);
      const result = await phoneWith(tokens[kind]).markScanned(scannedById(held));
      expectError(result, "UNAUTHENTICATED", "USER_UNAUTHENTICATED");
    },
  );

  it("are rejected when they were issued to another app", async () => {
    const { access_token: token } = await issuer.signIn("alice", "another-app");
    const result = await phoneWith(token).markScanned(scannedById(await createTestTicket(shop)));
    expectError(result, "UNAUTHENTICATED", "USER_UNAUTHENTICATED");
  });

  it("belong to their own pool, so that the endpoint learns nothing of a code of another pool", async () => {
    const phone = phoneWith((await issuer.signIn("alice", "the-phone")).access_token);
    const intranet = callersOf(server.client).app("intranet");
    const result = await phone.markScanned(scannedById(await createTestTicket(intranet)));
    expectError(result, "PERMISSION_DENIED", "USER_POOL_MISMATCH");
  });

  it("are no statement about the user while the endpoint rejects the service itself", async () => {
    await server.stop();
    const clientSecret = "the-wrong-secret";
    await start({ clientSecret });
    const { access_token: token } = await issuer.signIn("alice", "the-phone");
    const result = await phoneWith(token).markScanned(scannedById(await createTestTicket(shop)));
    expectError(result, "UNAVAILABLE", "ISSUER_UNAVAILABLE", { retry: true });
    const line = server.lines.find(({ reason }) => reason === "ISSUER_UNAVAILABLE");
    expect(JSON.stringify(line)).toContain("status 401: it rejects clientId and clientSecret");
    for (const secret of [token, clientSecret]) expect(server.logText()).not.toContain(secret);
  });
});
