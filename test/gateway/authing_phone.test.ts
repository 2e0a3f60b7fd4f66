import { beforeEach, describe, expect, it } from "vitest";
import { signToken, staff } from "../support/tokens.js";
import {
  approveAs,
  basicOf,
  call,
  check,
  checkUntil,
  type EnvelopeResponse,
  gene,
  phone,
  userinfo,
  v2,
  v3,
} from "./authing_calls.js";
import { aliceToken, clock, setUpGateway } from "./setup.js";

setUpGateway();

let bob: string;
beforeEach(async () => {
  bob = await signToken("bob");
});

const setStatus = (
  action: unknown,
  qrcodeId: string,
  token: string,
  path = "set-qrcode-status",
): Promise<EnvelopeResponse> => call(`${v3}/${path}`, { qrcodeId, action }, { authorization: token });

describe("the phone in V2", () => {
  it("a phone scans in V2, sees the requester, and approves", async () => {
    const random = await gene({ params: { table: 9 } });
    const scanned = await phone("scanned", random, aliceToken);
    expect(scanned).toMatchObject({ http: 200, code: 200 });
    expect(scanned.headers["cache-control"]).toBe("no-store");
    expect(scanned.data).toEqual({
      random,
      status: 0,
      description: expect.any(String),
      app: { name: "Example Shop", logo: "https://shop.example.com/logo.svg" },
      requester: {
        ...{ ipAddress: "127.0.0.1", ipAddressSource: "OBSERVED_BY_GATEWAY" },
        ...{ userAgent: "", userAgentSource: "UNSPECIFIED" },
        ...{ deviceName: "", deviceNameSource: "UNSPECIFIED" },
        ...{ location: "", locationSource: "UNSPECIFIED" },
      },
      customData: { table: 9 },
      customDataSource: "CLAIMED_BY_PAGE",
    });
    const confirmed = await phone("confirm", random, aliceToken);
    expect(confirmed.data).toEqual({ random, status: 1, description: expect.any(String) });
    await checkUntil(random, 2);
  });

  it("a phone scans in V2 and declines", async () => {
    const random = await gene();
    await phone("scanned", random, aliceToken);
    const cancelled = await phone("cancel", random, aliceToken);
    expect(cancelled.data).toEqual({ random, status: -1, description: expect.any(String) });
    await checkUntil(random, 3);
  });

  it.each(["Bearer ", "bearer ", "Bearer   ", "Bearer", ""])(
    "a phone may send its token as '%stoken'",
    async (prefix) => {
      const random = await gene();
      expect((await phone("scanned", random, `${prefix}${aliceToken}`)).code).toBe(200);
    },
  );

  it("a phone may repeat a step whose response it did not receive", async () => {
    const random = await gene();
    for (const step of ["scanned", "scanned", "confirm", "confirm"] as const) {
      expect((await phone(step, random, aliceToken)).code).toBe(200);
    }
    const other = await gene();
    await phone("scanned", other, aliceToken);
    for (const step of ["cancel", "cancel"] as const)
      expect((await phone(step, other, aliceToken)).code).toBe(200);
  });
});

describe("the phone in V3", () => {
  it.each(["set-qrcode-status", "change-qrcode-status"])(
    "a phone scans and approves in V3 by %s",
    async (path) => {
      const random = await gene();
      const scanned = await setStatus("SCAN", random, aliceToken, path);
      expect(scanned).toMatchObject({ http: 200, code: 200, apiCode: undefined });
      expect(scanned.data).toMatchObject({
        qrcodeId: random,
        status: "SCANNED",
        app: { name: "Example Shop" },
      });
      const confirmed = await setStatus("CONFIRM", random, aliceToken, path);
      expect(confirmed.data).toEqual({ qrcodeId: random, status: "AUTHORIZED" });
      await checkUntil(random, 2);
    },
  );

  it("a phone scans and declines in V3", async () => {
    const random = await gene();
    await setStatus("SCAN", random, aliceToken);
    expect((await setStatus("CANCEL", random, aliceToken)).data).toEqual({
      qrcodeId: random,
      status: "CANCELLED",
    });
    await checkUntil(random, 3);
  });

  it.each([["SHOUT"], [undefined], [1]])("the action %s is rejected in V3", async (action) => {
    const answer = await setStatus(action, await gene(), aliceToken);
    expect(answer).toMatchObject({ http: 200, code: 400, apiCode: 400, data: null });
  });
});

describe("errors of the phone's calls", () => {
  it.each([
    ["no token", ""],
    ["the word Bearer alone", "Bearer"],
    ["text that is not a token", "nonsense"],
    ["characters that no token can have", "Bearer ä,ö"],
    ["an app's credential", basicOf("shop").authorization ?? ""],
  ])("a phone with %s is rejected as not signed in", async (_what, authorization) => {
    const random = await gene();
    expect(await phone("scanned", random, authorization)).toMatchObject({
      http: 200,
      code: 2020,
      data: null,
    });
    const inV3 = await setStatus("SCAN", random, authorization);
    expect(inV3).toMatchObject({ http: 200, code: 401, apiCode: 2020, data: null });
    await checkUntil(random, 0);
  });

  it("a phone with an expired token is rejected", async () => {
    const old = await signToken("alice", undefined, {
      claims: { exp: Math.floor(clock.now() / 1_000) - 3_600 },
    });
    expect((await phone("scanned", await gene(), old)).code).toBe(2206);
  });

  it("a phone of a user of another pool is rejected", async () => {
    const random = await gene();
    expect((await phone("scanned", random, await signToken("alice", staff))).code).toBe(2036);
    await checkUntil(random, 0);
  });

  it("a phone of a user other than the scanner is rejected", async () => {
    const random = await gene();
    await phone("scanned", random, aliceToken);
    for (const step of ["scanned", "confirm", "cancel"] as const) {
      expect((await phone(step, random, bob)).code).toBe(1001);
    }
    await checkUntil(random, 1);
  });

  it("a phone cannot approve or decline before the scan", async () => {
    const random = await gene();
    expect((await phone("confirm", random, aliceToken)).code).toBe(9001);
    expect((await phone("cancel", random, aliceToken)).code).toBe(9001);
  });

  it("a phone cannot decline after the approval, nor take any step after the end", async () => {
    const agreed = await gene();
    await approveAs(aliceToken, agreed);
    expect((await phone("cancel", agreed, aliceToken)).code).toBe(9003);
    const { ticket } = await checkUntil(agreed, 2);
    await userinfo({ ticket }, basicOf("shop"));
    expect((await phone("confirm", agreed, aliceToken)).code).toBe(9004);

    const declined = await gene();
    await phone("scanned", declined, aliceToken);
    await phone("cancel", declined, aliceToken);
    expect((await phone("confirm", declined, aliceToken)).code).toBe(9005);

    const late = await gene();
    clock.advance(121_000);
    expect((await phone("scanned", late, aliceToken)).code).toBe(9006);
  });

  it.each(["AAAAAAAAAAAAAAAAAAAAAA", "nonsense", "a.b.c.d.e", "x".repeat(2_000)])(
    "a phone that names a code that never existed is rejected: %s",
    async (name) => {
      expect((await phone("scanned", name, aliceToken)).code).toBe(2241);
      expect(await setStatus("SCAN", name, aliceToken)).toMatchObject({
        http: 200,
        code: 404,
        apiCode: 2241,
      });
    },
  );

  it.each([{}, { random: 7 }, { random: "" }, { random: "x".repeat(3_000) }])(
    "a phone's request that names no code is rejected",
    async (body) => {
      expect((await call(`${v2}/scanned`, body, { authorization: aliceToken })).code).toBe(400);
    },
  );

  it("a phone with a token that the service itself has signed is rejected", async () => {
    const random = await gene();
    await approveAs(aliceToken, random);
    const { ticket } = await checkUntil(random, 2);
    const { data } = await userinfo({ ticket }, basicOf("shop"));
    const next = await gene();
    expect((await phone("scanned", next, String(data.token))).code).toBe(2020);
    expect((await check(next)).data.status).toBe(0);
  });
});
