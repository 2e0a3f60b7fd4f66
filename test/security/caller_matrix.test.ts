import { credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QrLoginAdminServiceClient } from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import type { TokenSet } from "../../gen/qrlogin/v1/qr_login_service.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import {
  asApp,
  asksForCheckCode,
  asUser,
  authorization,
  basic,
  type CallResult,
  callersOf,
  callResultOf,
  callsOf,
  checkCodeSettings,
  createAuthorizedTicket,
  createAwaitingTicket,
  createScannedTicket,
  createTestTicket,
  type Rpc,
  responseOrThrow,
  rpcs,
} from "../support/callers.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { customers, customersJwks, signToken, staff, staffKey, unsignedToken } from "../support/tokens.js";

const unknownKey = new TextEncoder().encode("some other secret that is not configured");
// The bytes that a verifier would use as a shared secret if it took the algorithm from the token.
const publicKeyAsSecret = new TextEncoder().encode(JSON.stringify(customersJwks.keys[0]));
const now = Math.floor(Date.now() / 1_000);

const byApprover: readonly Rpc[] = ["markScanned", "authorize", "cancel"];

/** Results of an app's RPC and of an approver's RPC for one kind of caller. */
interface Caller {
  readonly metadata: () => Metadata | Promise<Metadata>;
  readonly app: Expected | ((rpc: Rpc) => Expected);
  readonly approver: Expected;
}

type Expected = "OK" | `${string} ${string}`;

const noApp = "UNAUTHENTICATED APP_UNAUTHENTICATED";
const noUser = "UNAUTHENTICATED USER_UNAUTHENTICATED";
/** RPCs that need no ticket. */
const forAnyApp: readonly Rpc[] = ["createTicket", "getSigningKeys"];
const strangerApp = (rpc: Rpc): Expected => (forAnyApp.includes(rpc) ? "OK" : "NOT_FOUND TICKET_NOT_FOUND");

const unauthenticated = (metadata: () => Metadata | Promise<Metadata>): Caller => ({
  metadata,
  app: noApp,
  approver: noUser,
});
const badToken = (...args: Parameters<typeof signToken>): Caller =>
  unauthenticated(async () => asUser(await signToken(...args)));

/** Secret of the only administrator. */
const adminSecret = "secret-of-the-operators";

/** Every ticket belongs to the app shop. Approvers' RPCs find it scanned by alice. */
const callers: Readonly<Record<string, Caller>> = {
  "the app that made the ticket": { metadata: () => asApp("shop"), app: "OK", approver: noUser },
  "the user who scanned it": {
    metadata: async () => asUser(await signToken("alice")),
    app: noApp,
    approver: "OK",
  },
  "another app of the same pool": { metadata: () => asApp("blog"), app: strangerApp, approver: noUser },
  "an app of another pool": { metadata: () => asApp("intranet"), app: strangerApp, approver: noUser },
  "another user of the same pool": {
    metadata: async () => asUser(await signToken("bob")),
    app: noApp,
    approver: "PERMISSION_DENIED SCANNED_BY_ANOTHER_USER",
  },
  "a user of another pool": {
    metadata: async () => asUser(await signToken("alice", staff)),
    app: noApp,
    approver: "PERMISSION_DENIED USER_POOL_MISMATCH",
  },
  "an expired token": {
    metadata: async () => asUser(await signToken("alice", customers, { claims: { exp: now - 3_600 } })),
    app: noApp,
    approver: "UNAUTHENTICATED USER_TOKEN_EXPIRED",
  },
  "no credential": unauthenticated(() => authorization()),
  "an empty credential": unauthenticated(() => authorization("")),
  "a wrong secret": unauthenticated(() => authorization(basic("shop", "not-the-secret"))),
  "an empty secret": unauthenticated(() => authorization(basic("shop", ""))),
  "an unknown app": unauthenticated(() => authorization(basic("nobody", "secret-of-the-shop"))),
  "the secret of another app": unauthenticated(() => authorization(basic("shop", "secret-of-the-blog"))),
  "an app credential called Bearer": unauthenticated(() =>
    asUser(basic("shop", "secret-of-the-shop").slice(6)),
  ),
  "a token called Basic": unauthenticated(async () => authorization(`Basic ${await signToken("alice")}`)),
  "two credentials in one value": unauthenticated(async () =>
    authorization(`${basic("shop", "secret-of-the-shop")}, Bearer ${await signToken("alice")}`),
  ),
  "an administrator": unauthenticated(() => authorization(basic("ops", adminSecret))),
  "an administrator's secret with the id of an app": unauthenticated(() =>
    authorization(basic("shop", adminSecret)),
  ),
  "garbage for a token": unauthenticated(() => asUser("not.a.token")),
  "an unsigned token": unauthenticated(() => asUser(unsignedToken("alice"))),
  "a token for another audience": badToken("alice", customers, { claims: { aud: "another-app" } }),
  "a token of another issuer": badToken("alice", customers, { claims: { iss: "https://evil.example.com/" } }),
  "a token without exp": badToken("alice", customers, { claims: { exp: undefined } }),
  "a token without sub": badToken("alice", customers, { claims: { sub: undefined } }),
  "a token that is not valid yet": badToken("alice", customers, { claims: { nbf: now + 3_600 } }),
  "a token of one pool signed with the key of another": badToken("alice", customers, {
    algorithm: "HS256",
    key: staffKey,
  }),
  "a token signed with the public key as a shared secret": badToken("alice", customers, {
    algorithm: "HS256",
    key: publicKeyAsSecret,
  }),
  "a shared-secret token signed with another secret": badToken("alice", staff, { key: unknownKey }),
  "a shared-secret token with an algorithm that is not allowed": badToken("alice", staff, {
    algorithm: "HS384",
  }),
  "an ID token that we have signed": unauthenticated(async () => asUser((await tokensOfOurs()).idToken)),
  "an access token that we have signed": unauthenticated(async () =>
    asUser((await tokensOfOurs()).accessToken),
  ),
  "a token whose claims were changed": unauthenticated(async () => {
    const [header, , signature] = (await signToken("bob")).split(".");
    const [, claims] = (await signToken("alice")).split(".");
    return asUser(`${header}.${claims}.${signature}`);
  }),
};

const cells = Object.entries(callers).flatMap(([who, caller]) =>
  rpcs.map((rpc) => {
    const result = byApprover.includes(rpc) ? caller.approver : caller.app;
    return { who, rpc, caller, expected: typeof result === "function" ? result(rpc) : result };
  }),
);

let server: TestServer;
beforeAll(async () => {
  const admins = [{ id: "ops", secretSha256: sha256Hex(adminSecret) }];
  // One user scans a code for most cells, and decides on few.
  const limits = { scansPerApprover: 1_000, scansInProgress: 1_000, declinesPerApprover: 1_000 };
  const policy = { ...checkCodeSettings.policy, limits };
  server = await startTestServer({ settings: { policy, admins } });
});
afterAll(() => server.stop());

describe(`the matrix of callers and RPCs, ${cells.length} cells`, () => {
  it.each(cells.map((cell) => [`${cell.rpc} by ${cell.who}: ${cell.expected}`, cell] as const))(
    "the caller matrix holds for %s",
    async (_title, { rpc, caller, expected }) => {
      const held = await ticketFor(rpc);
      const calls = callsOf(server.client, await caller.metadata());
      const answer = await call(rpc, calls, held);
      expect([answer.code, answer.reason].filter(Boolean).join(" ")).toBe(expected);
      expect(answer.domain).toBe(expected === "OK" ? undefined : "qrlogin.v1");
      expect(answer.currentState).toBeUndefined();

      if (expected === "OK") return;
      const { response } = await callsOf(server.client, asApp("shop")).getStatus(held);
      expect(response?.status?.revision).toBe(held.revision);
    },
  );
});

describe("the matrix of callers and admin methods", () => {
  const { "an administrator": admin, ...others } = callers;

  /** Resolves with the outcome of every admin method. */
  async function outcomes(caller: Caller | undefined): Promise<readonly string[]> {
    const client = new QrLoginAdminServiceClient(server.address, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    const metadata = (await caller?.metadata()) ?? new Metadata();
    const target = { $case: "appId", value: "intranet" } as const;
    const unknownTicket = { $case: "logId", value: "a".repeat(12) } as const;
    const results = [
      await outcomeOf((then) => client.disableSignIns({ target, note: "" }, metadata, then)),
      await outcomeOf((then) => client.listDisabledSignIns({}, metadata, then)),
      await outcomeOf((then) => client.enableSignIns({ target }, metadata, then)),
      await outcomeOf((then) => client.describeTicket({ ticket: unknownTicket }, metadata, then)),
    ];
    client.close();
    return results;
  }

  it.each(Object.entries(others))("every admin method rejects %s", async (_who, caller) => {
    expect(new Set(await outcomes(caller))).toEqual(new Set(["UNAUTHENTICATED ADMIN_UNAUTHENTICATED"]));
  });

  it("every admin method accepts an administrator", async () => {
    expect(await outcomes(admin)).toEqual(["OK", "OK", "OK", "NOT_FOUND TICKET_NOT_FOUND"]);
  });
});

/** Makes a unary call. Resolves with its code and its reason. */
function outcomeOf(call: (then: (error: ServiceError | null) => void) => void): Promise<string> {
  return new Promise((resolve) => {
    call((error) => {
      const { code, reason } = callResultOf(error);
      resolve([code, reason].filter(Boolean).join(" "));
    });
  });
}

describe("a genuine token", () => {
  it("is rejected if its algorithm is not on the pool's list", async () => {
    const strict = await startTestServer({ pool: { algorithms: ["RS256"] } });
    const { app, user } = callersOf(strict.client);
    const { ticketId } = await createTestTicket(app("shop"));
    const answer = await user(await signToken("alice")).markScanned({ $case: "ticketId", value: ticketId });
    expect([answer.code, answer.reason]).toEqual(["UNAUTHENTICATED", "USER_UNAUTHENTICATED"]);
    await strict.stop();
  });
});

/** Returns the response to the app shop about alice. */
async function tokensOfOurs(): Promise<TokenSet> {
  const { app, user } = callersOf(server.client);
  const held = await createAuthorizedTicket(app("shop"), user(await signToken("alice")));
  const { tokenSet } = responseOrThrow(await app("shop").exchangeUserInfo(held));
  if (!tokenSet) throw new Error("no tokens");
  return tokenSet;
}

/** Creates a ticket of the app shop in the state that the RPC needs. `revision` is its revision then. */
async function ticketFor(rpc: Rpc) {
  const { app, user } = callersOf(server.client);
  const shop = app("shop");
  if (rpc === "exchangeUserInfo") {
    const held = await createAuthorizedTicket(shop, user(await signToken("alice")));
    return { ...held, checkCode: "", revision: 4 };
  }
  if (rpc === "submitCheckCode") {
    const held = await createAwaitingTicket(shop, user(await signToken("alice")));
    return { ...held, exchangeTicket: "", revision: 3 };
  }
  if (byApprover.includes(rpc)) {
    const held = await createScannedTicket(shop, user(await signToken("alice")));
    return { ...held, exchangeTicket: "", checkCode: "", revision: 2 };
  }
  return { ...(await createTestTicket(shop)), exchangeTicket: "", checkCode: "", revision: 1 };
}

function call(
  rpc: Rpc,
  calls: ReturnType<typeof callsOf>,
  held: Awaited<ReturnType<typeof ticketFor>>,
): Promise<CallResult<unknown>> {
  const { ticketId, exchangeTicket } = held;
  switch (rpc) {
    case "createTicket":
      return calls.createTicket(asksForCheckCode);
    case "getSigningKeys":
      return calls.getSigningKeys();
    case "markScanned":
      return calls.markScanned({ $case: "ticketId", value: ticketId });
    case "authorize":
    case "cancel":
      return calls[rpc]({ ticketId });
    case "exchangeUserInfo":
      return calls.exchangeUserInfo({ exchangeTicket });
    case "getStatus":
    case "watchStatus":
    case "submitCheckCode":
    case "withdraw":
      return calls[rpc](held);
  }
}
