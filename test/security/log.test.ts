import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RequesterContext } from "../../gen/qrlogin/v1/ticket.js";
import { logIdOf, sha256 } from "../../src/domain/secrets.js";
import {
  asApp,
  authorization,
  basic,
  callersOf,
  callsOf,
  checkCodeSettings,
  createAuthorizedTicket,
  createScannedTicket,
  createTestTicket,
  responseOrThrow,
  watchOf,
  wrongCodeFor,
} from "../support/callers.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { customers, signToken, staff, unsignedToken } from "../support/tokens.js";

const codeVerifier = "a-code-verifier-that-nobody-else-may-ever-read-1";
const codeChallenge = sha256(codeVerifier);
const customValue = "custom-value-of-the-app";
const requester = RequesterContext.fromPartial({
  ipAddress: "203.0.113.77",
  userAgent: "user-agent-of-somebody",
  deviceName: "device-of-somebody",
  location: "place-of-somebody",
});

let server: TestServer;
let storeFails = false;
/** Texts that no line may contain. */
const secrets = new Map<string, string>();
/** Method, code, reason and caller of each call, in order. */
const made: (readonly [string, string, string | undefined, object])[] = [];
let firstTicket = "";

beforeAll(async () => {
  server = await startTestServer({
    settings: checkCodeSettings,
    store: (embedded) => ({
      ...embedded,
      get(id) {
        if (storeFails) throw new Error();
        return embedded.get(id);
      },
    }),
  });
  await callEverything();
});
afterAll(() => server.stop());

describe("the log at level trace", () => {
  it("contains no credential, ticket id, QR text, custom data or personal data", () => {
    const text = server.logText();
    expect(secrets.size).toBeGreaterThan(30);
    const isShown = (secret: string) =>
      // Numbers such as times contain any six digits by chance.
      /^\d+$/.test(secret)
        ? new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(text)
        : text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1));
    const shown = [...secrets].filter(([, secret]) => isShown(secret)).map(([name]) => name);
    expect(shown).toEqual([]);
  });

  it("has exactly one line for each call, with method, code, reason and caller", () => {
    const actual = server.lines.map(({ method, code, reason, app, pool }) => [
      method,
      code,
      reason,
      app ?? pool,
    ]);
    const expected = made.map(([method, code, reason, caller]) => [
      method,
      code,
      reason,
      ...Object.values(caller),
    ]);
    // The order of two calls that end together does not matter.
    const sorted = (lines: unknown[][]) => lines.map((line) => line.filter(Boolean).join(" ")).sort();
    expect(sorted(actual)).toEqual(sorted(expected));
  });

  it("has the app or the pool of a call in separate fields", () => {
    for (const { app, pool, reason } of server.lines) {
      const callers = [app, pool].filter((caller) => caller !== undefined).length;
      expect(callers).toBe(String(reason).endsWith("UNAUTHENTICATED") ? 0 : 1);
    }
  });

  it("has the duration of every call", () => {
    for (const line of server.lines) expect(line.durationMs).toEqual(expect.any(Number));
  });

  it("identifies a ticket by a hash of its id, the same in every line", () => {
    const hash = logIdOf(firstTicket);
    expect(hash).toMatch(/^[\w-]{12}$/);
    const methods = server.lines.filter(({ ticket }) => ticket === hash).map(({ method }) => method);
    expect(methods).toEqual(
      expect.arrayContaining([
        "CreateTicket",
        "GetStatus",
        "WatchStatus",
        "MarkScanned",
        "Authorize",
        "ExchangeUserInfo",
      ]),
    );
  });

  it("has the cause of a rejected credential or QR code", () => {
    const causes = (wanted: string) =>
      server.lines.filter(({ reason }) => reason === wanted).map(({ cause }) => cause);
    expect(causes("APP_UNAUTHENTICATED")).toContain("the secret of the app shop is wrong");
    expect(causes("QR_CONTENT_INVALID")).toContain("the text is not JSON");
    const unmatched = `issuer "issuer-nobody-knows", audience ${JSON.stringify(customers.audience)}`;
    expect(causes("USER_UNAUTHENTICATED")).toContainEqual(
      expect.stringContaining(`unverified: ${unmatched}`),
    );
  });

  it("has the cause of an INTERNAL error, at level error", () => {
    const line = server.lines.find(({ reason }) => reason === "INTERNAL");
    expect(line).toMatchObject({ level: 50, err: { type: "Error", stack: expect.any(String) } });
  });

  it("has lines at level error only for internal errors", () => {
    const reasons = server.lines.filter(({ level }) => Number(level) >= 50).map(({ reason }) => reason);
    expect(new Set(reasons)).toEqual(new Set(["INTERNAL"]));
  });
});

function secret(name: string, value: string): string {
  if (value !== "") secrets.set(name, value);
  return value;
}

/** Makes a whole login, then one failing call of each kind. */
async function callEverything(): Promise<void> {
  const { client } = server;
  const { app, user } = callersOf(client);
  const token = await signToken("alice");
  for (const [index, part] of token.split(".").entries()) secret(`part ${index} of the token`, part);
  for (const [name, value] of Object.entries(appSecrets)) {
    secret(`secret of ${name}`, value);
    secret(`credential of ${name}`, basic(name, value).slice(6));
  }
  for (const part of [
    "alice-nick",
    "Full-Name",
    "alice@mail",
    "+351 210",
    "alice.png",
    "department-of-alice",
  ]) {
    secret(`personal data ${part}`, part);
  }
  secret("subject", "subject-of-alice");
  secret("custom data", customValue);
  for (const [name, value] of Object.entries(requester)) if (typeof value === "string") secret(name, value);
  secret("code verifier", codeVerifier);
  secret("code challenge", codeChallenge);

  const shop = app("shop");
  const alice = user(token);
  const byShop = { app: "shop" };
  const byAlice = { pool: "customers" };
  const note = (method: string, code: string, reason: string | undefined, caller: object) =>
    void made.push([method, code, reason, caller]);

  const ticket = await createTestTicket(shop, {
    customData: { note: customValue },
    requester,
    codeChallenge,
  });
  firstTicket = secret("ticket id", ticket.ticketId);
  secret("ticket secret", ticket.ticketSecret);
  secret("QR text", ticket.qrContent);
  secret("a part of the QR text", `"random":"`);
  note("CreateTicket", "OK", undefined, byShop);
  await shop.getStatus(ticket);
  note("GetStatus", "OK", undefined, byShop);
  const watch = watchOf(client, asApp("shop"), ticket);
  await watch.next();
  await alice.markScanned({ $case: "qrContent", value: ticket.qrContent });
  note("MarkScanned", "OK", undefined, byAlice);
  const { checkCode } = responseOrThrow(await alice.authorize(ticket));
  secret("check code", checkCode);
  note("Authorize", "OK", undefined, byAlice);
  await shop.submitCheckCode({ ...ticket, checkCode: secret("wrong code", wrongCodeFor(checkCode)) });
  note("SubmitCheckCode", "INVALID_ARGUMENT", "CHECK_CODE_MISMATCH", byShop);
  await shop.submitCheckCode({ ...ticket, checkCode: secret("no check code", "98765432") });
  note("SubmitCheckCode", "INVALID_ARGUMENT", "INVALID_REQUEST", byShop);
  await shop.submitCheckCode({ ...ticket, checkCode });
  note("SubmitCheckCode", "OK", undefined, byShop);
  const { status } = responseOrThrow(await shop.getStatus(ticket));
  note("GetStatus", "OK", undefined, byShop);
  const exchangeTicket = secret("exchange ticket", status?.exchangeTicket ?? "");
  secret("half of the exchange ticket", exchangeTicket.split(".")[1] ?? "");
  await shop.exchangeUserInfo({ exchangeTicket, codeVerifier: `${codeVerifier}-wrong` });
  note("ExchangeUserInfo", "PERMISSION_DENIED", "PROOF_INVALID", byShop);
  const { user: signedIn, tokenSet } = responseOrThrow(
    await shop.exchangeUserInfo({ exchangeTicket, codeVerifier }),
  );
  expect(signedIn?.userId).toBe("subject-of-alice");
  note("ExchangeUserInfo", "OK", undefined, byShop);
  const { idToken = "", accessToken = "" } = tokenSet ?? {};
  for (const [name, signed] of Object.entries({ idToken, accessToken })) {
    expect(signed.split(".")).toHaveLength(3);
    for (const [index, part] of signed.split(".").entries()) secret(`part ${index} of the ${name}`, part);
    // It is sent to the wrong kind of RPC.
    await user(signed).authorize(ticket);
    note("Authorize", "UNAUTHENTICATED", "USER_UNAUTHENTICATED", {});
  }
  const { jwks } = responseOrThrow(await shop.getSigningKeys());
  expect(JSON.parse(jwks).keys).toHaveLength(1);
  note("GetSigningKeys", "OK", undefined, byShop);
  await watch.ended;
  note("WatchStatus", "OK", undefined, byShop);

  const second = await createTestTicket(shop);
  note("CreateTicket", "OK", undefined, byShop);
  await shop.withdraw(second);
  note("Withdraw", "OK", undefined, byShop);
  const third = await createScannedTicket(shop, alice);
  note("CreateTicket", "OK", undefined, byShop);
  note("MarkScanned", "OK", undefined, byAlice);
  await alice.cancel(third);
  note("Cancel", "OK", undefined, byAlice);
  for (const [name, held] of Object.entries({ second, third })) {
    secret(`${name} ticket id`, held.ticketId);
    secret(`${name} ticket secret`, held.ticketSecret);
    secret(`${name} QR text`, held.qrContent);
  }

  const unknownToken = secret("token of an unknown user", unsignedToken("mallory").split(".")[1] ?? "");
  await user(`${unsignedToken("mallory")}${unknownToken}`).authorize(second);
  note("Authorize", "UNAUTHENTICATED", "USER_UNAUTHENTICATED", {});
  const forged = await signToken("eve", customers, { claims: { iss: "issuer-nobody-knows" } });
  secret("forged claims", forged.split(".")[1] ?? "");
  await user(forged).cancel(second);
  note("Cancel", "UNAUTHENTICATED", "USER_UNAUTHENTICATED", {});
  secret("claims of a garbage token", "garbage-in-a-token");
  await user("garbage-in-a-token").cancel(second);
  note("Cancel", "UNAUTHENTICATED", "USER_UNAUTHENTICATED", {});
  await callsOf(
    client,
    authorization(basic("shop", secret("a wrong secret", "not-the-secret"))),
  ).createTicket();
  note("CreateTicket", "UNAUTHENTICATED", "APP_UNAUTHENTICATED", {});
  await user(await signToken("alice", staff)).cancel(third);
  note("Cancel", "PERMISSION_DENIED", "USER_POOL_MISMATCH", { pool: "staff" });

  const scannedText = secret("a scanned text", "WIFI:T:WPA;S:home;P:password-at-home;;");
  // JSON.parse quotes the beginning of the text that it cannot parse.
  secret("the beginning of a scanned text", scannedText.slice(0, 8));
  await alice.markScanned({ $case: "qrContent", value: scannedText });
  note("MarkScanned", "INVALID_ARGUMENT", "QR_CONTENT_INVALID", byAlice);
  const badScene = secret("an invalid scene", "scene-with-a-secret-in-it");
  await shop.createTicket({
    scene: badScene,
    requester: { ...requester, ipAddress: secret("no address", "no-ip") },
  });
  note("CreateTicket", "INVALID_ARGUMENT", "INVALID_REQUEST", byShop);
  await shop.getStatus({ ticketId: secret("too long an id", "i".repeat(99)), ticketSecret: "x" });
  note("GetStatus", "INVALID_ARGUMENT", "INVALID_REQUEST", byShop);
  await shop.getStatus({ ...third, ticketSecret: secret("a wrong ticket secret", "wrong-ticket-secret") });
  note("GetStatus", "NOT_FOUND", "TICKET_NOT_FOUND", byShop);
  await shop.exchangeUserInfo({ exchangeTicket: secret("no exchange ticket", "not-an-exchange-ticket") });
  note("ExchangeUserInfo", "NOT_FOUND", "TICKET_NOT_FOUND", byShop);

  const last = await createAuthorizedTicket(shop, alice);
  secret("last exchange ticket", last.exchangeTicket);
  note("CreateTicket", "OK", undefined, byShop);
  note("MarkScanned", "OK", undefined, byAlice);
  note("Authorize", "OK", undefined, byAlice);
  note("SubmitCheckCode", "OK", undefined, byShop);
  note("GetStatus", "OK", undefined, byShop);
  storeFails = true;
  await shop.exchangeUserInfo(last);
  note("ExchangeUserInfo", "INTERNAL", "INTERNAL", byShop);
  await alice.authorize(last);
  note("Authorize", "INTERNAL", "INTERNAL", byAlice);
  storeFails = false;
}
