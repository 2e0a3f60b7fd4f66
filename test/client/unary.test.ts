import dns from "node:dns";
import { getEventListeners } from "node:events";
import { credentials, status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test, vi } from "vitest";
import { QrLoginServiceClient } from "../../gen/qrlogin/v1/qr_login_service.js";
import { createAppClient } from "../../src/client/app_client.js";
import { createApproverClient, createApproverClientWithTiming } from "../../src/client/approver_client.js";
import { TicketState } from "../../src/client/index.js";
import { eventually } from "../support/eventually.js";
import { createServiceError, type Handlers, startFakeService } from "./fake_service.js";
import { createManualTiming } from "./manual_timing.js";
import { startTcpProxy } from "./tcp_proxy.js";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function service(answers: Handlers) {
  const fake = await startFakeService(answers);
  cleanups.push(fake.stop);
  return fake;
}

function appOn(address: string, more: object = {}) {
  const client = createAppClient({ address, appId: "shop", appSecret: "s3cret", ...more });
  cleanups.push(client.close);
  return client;
}

function approverOn(address: string, token: string | (() => string | Promise<string>), more: object = {}) {
  const client = createApproverClient({ address, token, ...more });
  cleanups.push(client.close);
  return client;
}

const never = () => new Promise<object>(() => {});
const unavailable = (pushbackMs = 0) =>
  createServiceError(status.UNAVAILABLE, { reason: "STORE_UNAVAILABLE", pushbackMs });

describe("a call", () => {
  test("a call sends the app credential and a partial request, and resolves with the generated message", async () => {
    const fake = await service({
      createTicket: ({ request }) => ({ ticketId: "id", ticketSecret: "secret", qrContent: request.scene }),
    });
    const created = await appOn(fake.address).createTicket({ scene: "PAY", ttl: { seconds: 60 } });
    expect(created).toMatchObject({ ticketId: "id", ticketSecret: "secret", qrContent: "PAY" });
    expect(fake.calls[0]?.metadata.get("authorization")).toEqual([
      `Basic ${Buffer.from("shop:s3cret").toString("base64")}`,
    ]);
  });

  test("every call of an approver calls the token source again", async () => {
    const fake = await service({ authorize: () => ({ state: TicketState.AUTHORIZED, revision: 3 }) });
    const tokens = ["one.one.one", "two.two.two"];
    const client = approverOn(fake.address, async () => tokens.shift() ?? "");
    await client.authorize({ ticketId: "t" });
    await client.authorize({ ticketId: "t" });
    expect(fake.calls.map((call) => call.metadata.get("authorization")[0])).toEqual([
      "Bearer one.one.one",
      "Bearer two.two.two",
    ]);
  });

  test("a call of an approver rejects with the error of the token source and is not sent", async () => {
    const fake = await service({ authorize: () => ({}) });
    const lost = new Error("signed out");
    const client = approverOn(fake.address, () => {
      throw lost;
    });
    await expect(client.authorize({ ticketId: "t" })).rejects.toBe(lost);
    expect(fake.calls).toHaveLength(0);
  });

  test("a malformed token is rejected without being quoted", async () => {
    const fake = await service({});
    expect(() => createApproverClient({ address: fake.address, token: "abc\n" })).toThrow(TypeError);
    const error = await approverOn(fake.address, () => "top\nsecret")
      .cancel({ ticketId: "t" })
      .catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(TypeError);
    expect(String((error as Error).stack)).not.toContain("secret");
  });

  test("a call without a response ends at its deadline", async () => {
    const fake = await service({ getStatus: never, authorize: never });
    const late = { name: "QrLoginError", code: status.DEADLINE_EXCEEDED, codeName: "DEADLINE_EXCEEDED" };
    await expect(appOn(fake.address, { deadlineMs: 50 }).getStatus({ ticketId: "t" })).rejects.toMatchObject(
      late,
    );
    await expect(
      approverOn(fake.address, "a.b.c").authorize({ ticketId: "t" }, { deadlineMs: 50 }),
    ).rejects.toMatchObject(late);
  });

  test("a call has a deadline of ten seconds by default, which is sent to the server", async () => {
    let left = 0;
    const fake = await service({
      getStatus: (call) => {
        left = (call.getDeadline() as Date).valueOf() - Date.now();
        return {};
      },
    });
    await appOn(fake.address).getStatus({ ticketId: "t" });
    expect(left).toBeGreaterThan(5_000);
    expect(left).toBeLessThanOrEqual(10_000);
  });

  test("a call does not wait for a token beyond its deadline", async () => {
    const fake = await service({ authorize: () => ({}) });
    const held = createManualTiming();
    const client = createApproverClientWithTiming(
      { address: fake.address, token: () => new Promise<string>(() => {}), deadlineMs: 700 },
      held.timing,
    );
    cleanups.push(client.close);
    const call = client.authorize({ ticketId: "t" });
    call.catch(() => {});
    await held.pass();
    await expect(call).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(held.pauses).toEqual([700]);
  });

  test("an aborted call rejects with the reason of the signal and is cancelled at the server", async () => {
    let cancelled = false;
    const fake = await service({
      getStatus: (call) => {
        call.on("cancelled", () => {
          cancelled = true;
        });
        abort.abort(reason);
        return never();
      },
    });
    const abort = new AbortController();
    const reason = new Error("the user left");
    // A deadline would end the call at the server as well.
    const client = appOn(fake.address, { deadlineMs: Number.POSITIVE_INFINITY });
    await expect(client.getStatus({ ticketId: "t" }, { signal: abort.signal })).rejects.toBe(reason);
    await eventually(() => expect(cancelled).toBe(true), 5_000);
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });

  test("a call with an aborted signal is not sent", async () => {
    const fake = await service({ getStatus: () => ({}) });
    const reason = new Error("too late");
    await expect(
      appOn(fake.address).getStatus({ ticketId: "t" }, { signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(fake.calls).toHaveLength(0);
  });

  test("a call leaves no listener on its signal after a response or an error", async () => {
    const fake = await service({
      getStatus: () => ({}),
      withdraw: () => Promise.reject(createServiceError(status.NOT_FOUND)),
    });
    const { signal } = new AbortController();
    const client = appOn(fake.address);
    await client.getStatus({ ticketId: "t" }, { signal });
    await client.withdraw({ ticketId: "t" }, { signal }).catch(() => {});
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  test("an invalid deadline is rejected", async () => {
    const client = appOn("127.0.0.1:1");
    await expect(client.getStatus({}, { deadlineMs: Number.NaN })).rejects.toThrow(RangeError);
    expect(() => appOn("127.0.0.1:1", { deadlineMs: 0 })).toThrow(RangeError);
  });
});

describe("retries", () => {
  const failing = (times: number) => () => {
    if (times-- > 0) throw unavailable();
    return {
      ...{ ticketId: "", state: TicketState.SCANNED, revision: 0 },
      ...{ customDataSource: 0, checkCodeDigits: 0, checkCode: "" },
    };
  };

  test.each(["getStatus", "withdraw", "getSigningKeys"] as const)(
    "the app's %s is retried while UNAVAILABLE",
    async (method) => {
      const fake = await service({ [method]: failing(2) });
      await appOn(fake.address)[method]({ ticketId: "t" });
      expect(fake.count(method)).toBe(3);
    },
  );

  test.each(["markScanned", "authorize", "cancel"] as const)(
    "the approver's %s is retried while UNAVAILABLE",
    async (method) => {
      const fake = await service({ [method]: failing(2) });
      await approverOn(fake.address, "a.b.c")[method]({});
      expect(fake.count(method)).toBe(3);
    },
  );

  test("retries end after four attempts", async () => {
    const fake = await service({ getStatus: failing(99) });
    await expect(appOn(fake.address).getStatus({})).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    expect(fake.count("getStatus")).toBe(4);
  });

  test("there are no retries if the service forbids them", async () => {
    const fake = await service({ getStatus: () => Promise.reject(unavailable(-1)) });
    await expect(appOn(fake.address).getStatus({})).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    expect(fake.count("getStatus")).toBe(1);
  });

  test("retries do not multiply the calls during an outage", async () => {
    const fake = await service({ getStatus: () => Promise.reject(unavailable()) });
    const client = appOn(fake.address, { deadlineMs: Number.POSITIVE_INFINITY });
    for (let round = 0; round < 5; round += 1) {
      await Promise.allSettled(Array.from({ length: 100 }, () => client.getStatus({})));
    }
    // The first attempts of 500 calls, and fewer retries than there are tokens.
    expect(fake.count("getStatus")).toBeLessThan(800);
  });

  test("there are no retries after an error other than UNAVAILABLE", async () => {
    const fake = await service({
      getStatus: () =>
        Promise.reject(createServiceError(status.ABORTED, { reason: "CONCURRENT_UPDATE", pushbackMs: 0 })),
    });
    await expect(appOn(fake.address).getStatus({})).rejects.toMatchObject({ reason: "CONCURRENT_UPDATE" });
    expect(fake.count("getStatus")).toBe(1);
  });

  test("a check code reaches the server exactly once, since a wrong one would count again", async () => {
    const fake = await service({ submitCheckCode: failing(99) });
    const call = appOn(fake.address).submitCheckCode({ ticketId: "t", checkCode: "042137" });
    await expect(call).rejects.toMatchObject({ code: status.UNAVAILABLE, reason: "STORE_UNAVAILABLE" });
    expect(fake.count("submitCheckCode")).toBe(1);
  });

  test.each(["STORE_UNAVAILABLE", "OUTCOME_UNKNOWN"])(
    "an exchange with the error UNAVAILABLE (%s) reaches the server exactly once",
    async (reason) => {
      const fake = await service({
        exchangeUserInfo: () =>
          Promise.reject(createServiceError(status.UNAVAILABLE, { reason, pushbackMs: 0 })),
      });
      const call = appOn(fake.address).exchangeUserInfo({ exchangeTicket: "x" });
      await expect(call).rejects.toMatchObject({ code: status.UNAVAILABLE, reason });
      expect(fake.count("exchangeUserInfo")).toBe(1);
    },
  );

  test("an exchange whose connection is cut reaches the server exactly once", async () => {
    const fake = await service({
      exchangeUserInfo: () => {
        proxy.cut();
        return never();
      },
    });
    const proxy = await startTcpProxy(fake.port);
    cleanups.push(proxy.stop);
    const call = appOn(proxy.address).exchangeUserInfo({ exchangeTicket: "x" });
    await expect(call).rejects.toMatchObject({ code: status.UNAVAILABLE, reason: undefined });
    expect(fake.count("exchangeUserInfo")).toBe(1);
  });

  test("an exchange is not retried if channel options ask for it", async () => {
    const fake = await service({ exchangeUserInfo: failing(99) });
    const policy = {
      maxAttempts: 4,
      initialBackoff: "0.01s",
      maxBackoff: "0.01s",
      backoffMultiplier: 1,
      retryableStatusCodes: ["UNAVAILABLE"],
    };
    const serviceConfig = JSON.stringify({ methodConfig: [{ name: [{}], retryPolicy: policy }] });
    const client = appOn(fake.address, {
      channelOptions: { "grpc.service_config": serviceConfig, "grpc.service_config_disable_resolution": 0 },
    });
    await expect(client.exchangeUserInfo({ exchangeTicket: "x" })).rejects.toThrow();
    expect(fake.count("exchangeUserInfo")).toBe(1);
  });

  test("an exchange is not retried if a service config in the DNS asks for it", async () => {
    const fake = await service({ exchangeUserInfo: () => Promise.reject(unavailable()) });
    const retryPolicy = {
      ...{ maxAttempts: 4, initialBackoff: "0.01s", maxBackoff: "0.01s", backoffMultiplier: 1 },
      retryableStatusCodes: ["UNAVAILABLE"],
    };
    const serviceConfig = { loadBalancingConfig: [], methodConfig: [{ name: [{}], retryPolicy }] };
    const record = `grpc_config=${JSON.stringify([{ serviceConfig }])}`;
    const lookUp = vi.spyOn(dns.promises, "resolveTxt").mockResolvedValue([[record]]);
    cleanups.push(() => lookUp.mockRestore());

    // Plain gRPC follows the record.
    const bare = new QrLoginServiceClient(`localhost:${fake.port}`, credentials.createInsecure());
    cleanups.push(() => bare.close());
    const request = { exchangeTicket: "x", codeVerifier: "" };
    await new Promise((resolve) => bare.exchangeUserInfo(request, resolve));
    expect(fake.count("exchangeUserInfo")).toBe(4);
    expect(lookUp).toHaveBeenCalled();

    lookUp.mockClear();
    const call = appOn(`localhost:${fake.port}`).exchangeUserInfo(request);
    await expect(call).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" });
    expect(fake.count("exchangeUserInfo")).toBe(4 + 1);
    expect(lookUp).not.toHaveBeenCalled();
  });

  test("CreateTicket is not retried", async () => {
    const fake = await service({ createTicket: failing(99) });
    await expect(appOn(fake.address).createTicket({})).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(fake.count("createTicket")).toBe(1);
  });
});

describe("closing a client", () => {
  test("closing a client rejects running and later calls with CANCELLED", async () => {
    const fake = await service({ getStatus: never });
    const client = appOn(fake.address);
    const call = client.getStatus({ ticketId: "t" });
    call.catch(() => {});
    await eventually(() => expect(fake.count("getStatus")).toBe(1));
    client.close();
    client.close();
    await expect(call).rejects.toMatchObject({ name: "QrLoginError", code: status.CANCELLED });
    await expect(client.getStatus({})).rejects.toMatchObject({ code: status.CANCELLED });
    expect(fake.count("getStatus")).toBe(1);
  });

  test("closing a client leaves no connection and no timer", async () => {
    const fake = await service({ getStatus: () => ({}), withdraw: never });
    const proxy = await startTcpProxy(fake.port);
    cleanups.push(proxy.stop);
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const client = appOn(proxy.address);
    await client.getStatus({});
    const running = client.withdraw({});
    running.catch(() => {});
    await eventually(() => expect(fake.count("withdraw")).toBe(1));
    expect(proxy.open()).toBe(1);
    client.close();
    await expect(running).rejects.toMatchObject({ code: status.CANCELLED });
    await eventually(() => expect(proxy.open()).toBe(0));
    // Not with `eventually`, which uses timers itself. If a timer stays, the time limit of the test ends the loop.
    while (timers() > before) await new Promise((resolve) => setImmediate(resolve));
  });
});
