import { status } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type AdminClient, createAdminClient, QrLoginError } from "../../src/client/index.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { createMemorySignInSwitch } from "../../src/store/memory/sign_in_switch.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { callersOf, createScannedTicket, createTestTicket, scannedById } from "../support/callers.js";
import { createManualClock, noon } from "../support/clock.js";
import { appSecrets, startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";

const secrets = { ops: "secret-of-the-operators", night: "secret-of-the-night-shift" };
const admins = Object.entries(secrets).map(([id, secret]) => ({ id, secretSha256: [sha256Hex(secret)] }));

let server: TestServer;
let admin: AdminClient;

/** Starts a server with administrators, and with its other settings as usual. */
async function start(options: TestServerOptions = {}): Promise<void> {
  server = await startTestServer({ clock: createManualClock(), settings: { admins }, ...options });
  admin = adminClient("ops", secrets.ops);
}
beforeEach(() => start());
afterEach(() => server.stop());

function adminClient(adminId: string, adminSecret: string): AdminClient {
  const client = createAdminClient({ address: server.address, adminId, adminSecret });
  onTestFinished(() => client.close());
  return client;
}

const app = (value: string) => ({ target: { $case: "appId", value } }) as const;
const userPool = (value: string) => ({ target: { $case: "userPoolId", value } }) as const;

/** Returns the reasons of a CreateTicket of each app. */
async function createTicketReasons(): Promise<readonly (string | undefined)[]> {
  const calls = callersOf(server.client);
  const apps = [calls.app("shop"), calls.app("blog"), calls.app("intranet")];
  return (await Promise.all(apps.map((each) => each.createTicket()))).map(({ reason }) => reason);
}

async function errorOf(call: Promise<unknown>): Promise<QrLoginError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof QrLoginError)) throw new Error(`no error of the service: ${error}`);
  return error;
}

describe("the admin service", () => {
  it("disables and enables sign-ins of an app, from its response on", async () => {
    const { disabled } = await admin.disableSignIns({ ...app("shop"), note: "codes in mails" });
    expect(disabled).toEqual({
      ...app("shop"),
      ...{ note: "codes in mails", adminId: "ops", disableTime: new Date(noon) },
    });
    expect(await createTicketReasons()).toEqual(["SIGN_IN_DISABLED", undefined, undefined]);
    expect(await admin.enableSignIns(app("shop"))).toEqual({ wasDisabled: true });
    expect(await admin.enableSignIns(app("shop"))).toEqual({ wasDisabled: false });
    expect(await createTicketReasons()).toEqual([undefined, undefined, undefined]);
  });

  it("disables sign-ins of all apps of a user pool", async () => {
    await admin.disableSignIns(userPool("customers"));
    expect(await createTicketReasons()).toEqual(["SIGN_IN_DISABLED", "SIGN_IN_DISABLED", undefined]);
    await admin.enableSignIns(app("shop"));
    expect(await createTicketReasons()).toEqual(["SIGN_IN_DISABLED", "SIGN_IN_DISABLED", undefined]);
    await admin.enableSignIns(userPool("customers"));
    expect(await createTicketReasons()).toEqual([undefined, undefined, undefined]);
  });

  it("stops a sign-in that has begun at the phone, and lets both sides end it", async () => {
    const calls = callersOf(server.client);
    const [shop, alice] = [calls.app("shop"), calls.user(await signToken("alice"))];
    const [fresh, scanned] = [await createTestTicket(shop), await createScannedTicket(shop, alice)];
    await admin.disableSignIns(app("shop"));
    expect(await alice.markScanned(scannedById(fresh))).toMatchObject({
      ...{ code: "FAILED_PRECONDITION", reason: "SIGN_IN_DISABLED", retryAfterMs: undefined },
    });
    expect((await alice.authorize(scanned)).reason).toBe("SIGN_IN_DISABLED");
    expect((await shop.getStatus(scanned)).code).toBe("OK");
    expect((await alice.cancel(scanned)).code).toBe("OK");
    expect((await shop.withdraw(fresh)).code).toBe("OK");
  });

  it("lists what is disabled, by whom and why, with the last call for a target", async () => {
    await admin.disableSignIns({ ...userPool("staff"), note: "first" });
    await adminClient("night", secrets.night).disableSignIns({ ...userPool("staff"), note: "second" });
    await admin.disableSignIns(app("shop"));
    const { disabled } = await admin.listDisabledSignIns();
    expect(disabled).toEqual([
      { ...app("shop"), note: "", adminId: "ops", disableTime: new Date(noon) },
      { ...userPool("staff"), note: "second", adminId: "night", disableTime: new Date(noon) },
    ]);
  });

  it("removes line breaks and characters that reorder text from a note", async () => {
    const note = " one\r\ntwo \u202eeerht\u0007 ";
    const { disabled } = await admin.disableSignIns({ ...app("shop"), note });
    expect(disabled?.note).toBe("onetwo eerht");
  });

  it.each([
    ["no target", {}, "app_id"],
    ["an empty app id", app(""), "app_id"],
    ["an empty user pool id", userPool(""), "user_pool_id"],
    ["an unknown app", app("nobody"), "app_id"],
    ["an unknown user pool", userPool("shop"), "user_pool_id"],
    ["too long a note", { ...app("shop"), note: "n".repeat(257) }, "note"],
  ])("rejects %s with the field, and changes nothing", async (_, request, field) => {
    const error = await errorOf(admin.disableSignIns(request));
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, reason: "INVALID_REQUEST" });
    expect(error.fieldViolations.map((violation) => violation.field)).toEqual([field]);
    expect((await admin.listDisabledSignIns()).disabled).toEqual([]);
    if (field === "note") return;
    const { reason, fieldViolations } = await errorOf(admin.enableSignIns(request));
    expect({ reason, fieldViolations }).toEqual({
      reason: "INVALID_REQUEST",
      fieldViolations: error.fieldViolations,
    });
  });

  it("logs each change with the app or pool and the administrator, but not the note", async () => {
    await admin.disableSignIns({ ...app("shop"), note: "a private remark" });
    await admin.disableSignIns(userPool("staff"));
    await admin.enableSignIns(app("shop"));
    await admin.enableSignIns(app("shop"));
    const changes = server.lines.filter(({ msg }) => msg.startsWith("sign-ins"));
    expect(changes.map(({ level, msg, app, pool, admin }) => ({ level, msg, app, pool, admin }))).toEqual([
      { level: 40, msg: "sign-ins disabled", app: "shop", pool: undefined, admin: "ops" },
      { level: 40, msg: "sign-ins disabled", app: undefined, pool: "staff", admin: "ops" },
      { level: 40, msg: "sign-ins enabled", app: "shop", pool: undefined, admin: "ops" },
    ]);
    const calls = server.lines.filter(({ method }) => method === "DisableSignIns");
    expect(calls.map(({ admin, code }) => [admin, code])).toEqual([
      ["ops", "OK"],
      ["ops", "OK"],
    ]);
    expect(server.logText()).not.toContain("a private remark");
  });
});

describe("a credential of another kind", () => {
  it.each([
    ["an app", "shop", appSecrets.shop],
    ["nobody", "nobody", secrets.ops],
    ["an administrator with a wrong secret", "ops", "not-the-secret"],
    ["an administrator with the secret of another", "ops", secrets.night],
  ])("is rejected by every admin method: that of %s", async (_, id, secret) => {
    const stranger = adminClient(id, secret);
    const calls = [
      stranger.disableSignIns(app("shop")),
      stranger.enableSignIns(app("shop")),
      stranger.listDisabledSignIns(),
    ];
    for (const call of calls) {
      expect(await errorOf(call)).toMatchObject({
        ...{ code: status.UNAUTHENTICATED, reason: "ADMIN_UNAUTHENTICATED" },
      });
    }
    expect((await admin.listDisabledSignIns()).disabled).toEqual([]);
    for (const each of [...Object.values(secrets), appSecrets.shop, "not-the-secret"])
      expect(server.logText()).not.toContain(each);
  });
});

describe("a switch that cannot be read", () => {
  it("rejects the four calls with STORE_UNAVAILABLE and RetryInfo, and no others", async () => {
    await server.stop();
    let isAway = false;
    const memory = createMemorySignInSwitch();
    const signInSwitch = {
      ...memory,
      isDisabled(appId: string, userPoolId: string) {
        if (isAway) throw new StoreUnavailableError("the disabled sign-ins have not been read");
        return memory.isDisabled(appId, userPoolId);
      },
    };
    await start({ signInSwitch });
    const calls = callersOf(server.client);
    const [shop, alice] = [calls.app("shop"), calls.user(await signToken("alice"))];
    const scanned = await createScannedTicket(shop, alice);
    isAway = true;
    for (const answer of [
      await shop.createTicket(),
      await alice.markScanned(scannedById(scanned)),
      await alice.authorize(scanned),
    ]) {
      expect(answer).toMatchObject({ code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE", retryAfterMs: 1_000 });
    }
    expect((await shop.getStatus(scanned)).code).toBe("OK");
    expect((await alice.cancel(scanned)).code).toBe("OK");
  });
});

describe("a service without administrators", () => {
  it("does not serve the admin service", async () => {
    await server.stop();
    await start({ settings: {} });
    expect(await errorOf(admin.listDisabledSignIns())).toMatchObject({ code: status.UNIMPLEMENTED });
  });
});
