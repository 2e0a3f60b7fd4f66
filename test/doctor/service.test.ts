import { describe, expect, it, onTestFinished } from "vitest";
import { gatewayToServiceCheck } from "../../src/doctor/checks/gateway_to_service.js";
import { signInCheck } from "../../src/doctor/checks/sign_in.js";
import { freePort } from "../support/free_port.js";
import { appSecrets, startTestServer, type TestServerOptions } from "../support/server.js";
import { signToken, staff } from "../support/tokens.js";
import { context, linesOf } from "./support.js";

async function serverForTest(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return server;
}

const noCertificates = { caFile: undefined, certFile: undefined, keyFile: undefined };

describe("the gateway's connection to the service", () => {
  const checkOf = (address: string, secret: string, tls?: boolean) => {
    const apps = [{ id: "shop", secret }] as never;
    return gatewayToServiceCheck({ apps, service: { address, tls, ...noCertificates } }, tls);
  };

  it("works with the secrets that the service knows", async () => {
    const { address } = await serverForTest();
    expect(await linesOf(checkOf(address, appSecrets.shop))).toEqual([
      `ok gateway to service as shop: ${address} accepts the secret of the app`,
    ]);
  });

  it("is reported if a secret is wrong", async () => {
    const { address } = await serverForTest();
    const [line] = await linesOf(checkOf(address, "a-wrong-secret"));
    expect(line).toBe(
      "failed gateway to service as shop: UNAUTHENTICATED, APP_UNAUTHENTICATED | a valid app credential is required | " +
        "give the gateway a secret whose SHA-256 is in secretSha256 of the app at the service, or add its digest there",
    );
  });

  it("is reported if nothing listens, or the service does not speak TLS", async () => {
    const nowhere = `127.0.0.1:${await freePort()}`;
    expect(await linesOf(checkOf(nowhere, appSecrets.shop), { ...context, timeout: 1_000 })).toEqual([
      `failed gateway to service as shop: cannot reach ${nowhere}: nothing listens there | check the address, and ` +
        "whether the service is running",
    ]);
    const { address } = await serverForTest();
    const [line] = await linesOf(checkOf(address, appSecrets.shop, true));
    expect(line).toContain(
      `cannot reach ${address}: it does not speak TLS, but the client does | use its port for TLS`,
    );
  });
});

describe("a whole sign-in", () => {
  const partiesAt = async (address: string, token = signToken("alice")) => ({
    connection: { address, app: { id: "shop", secret: appSecrets.shop } },
    userToken: await token,
  });

  it("is played with the token of a user, and nothing about the user is shown", async () => {
    const { address, logText } = await serverForTest();
    const lines = await linesOf(signInCheck(await partiesAt(address)));
    expect(lines).toEqual([
      "ok whole sign-in: the app shop received the user id, 5 of 5 profile fields, and its tokens",
    ]);
    expect(logText()).toContain("ExchangeUserInfo");
  });

  it("includes the check code if the policy needs one", async () => {
    const { address, logText } = await serverForTest({
      settings: { policy: { checkCode: { mode: "always" } } },
    });
    const [line] = await linesOf(signInCheck(await partiesAt(address)));
    expect(line).toMatch(/^ok whole sign-in: /);
    expect(logText()).toContain("SubmitCheckCode");
  });

  it("names the step that fails, and withdraws what it began", async () => {
    const { address, logText } = await serverForTest();
    const lines = await linesOf(signInCheck(await partiesAt(address, signToken("bob", staff))));
    expect(lines).toEqual([
      "failed whole sign-in: the phone scans the code (MarkScanned) fails: PERMISSION_DENIED, USER_POOL_MISMATCH; the " +
        "ticket was withdrawn | the user belongs to another user pool than the ticket | use the token of a user of the app's user pool, or another " +
        "app (--app)",
    ]);
    expect(logText()).toContain("Withdraw");
  });

  it("says that the audience of a token is wrong, without the token", async () => {
    const { address } = await serverForTest();
    const token = await signToken("alice", undefined, { claims: { aud: "another-app" } });
    const parties = await partiesAt(address, Promise.resolve(token));
    const text = (await linesOf(signInCheck(parties))).join("\n");
    expect(text).toContain(
      "UNAUTHENTICATED, USER_UNAUTHENTICATED; the ticket was withdrawn | a valid user token is required | see why: qrlogin check-token",
    );
    for (const part of token.split(".")) expect(text).not.toContain(part);
  });

  it("is skipped without a token", async () => {
    expect(await linesOf(signInCheck({ missing: "no user token was given" }))).toEqual([
      "skipped whole sign-in: no user token was given",
    ]);
  });
});
