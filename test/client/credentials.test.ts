import { status } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import {
  type AppCredentials,
  createAppClient,
  createApproverClient,
  TicketState,
} from "../../src/client/index.js";
import { createServiceError, fail, type Handlers, send, startFakeService, statusIn } from "./fake_service.js";
import { startTcpProxy } from "./tcp_proxy.js";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function service(answers: Handlers) {
  const fake = await startFakeService(answers);
  cleanups.push(fake.stop);
  const credentialsSeen = () => fake.calls.map(({ metadata }) => metadata.get("authorization")[0]);
  return { ...fake, credentialsSeen };
}

function appOn(address: string) {
  const client = createAppClient({ address, appId: "shop", appSecret: "s3cret" });
  cleanups.push(client.close);
  return client;
}

function approverOn(address: string, token?: string | (() => string)) {
  const client = createApproverClient({ address, token });
  cleanups.push(client.close);
  return client;
}

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString("base64")}`;
/** Fields for the response of any method. */
const anything = {
  ...{ state: TicketState.SCANNED, revision: 1, ticketId: "t" },
  ...{ customDataSource: 0, checkCodeDigits: 0, checkCode: "" },
};
const blog: AppCredentials = { appId: "blog", appSecret: "hush" };

/** Resolves with the error that the promise rejects with. */
const reasonOf = (promise: Promise<unknown>) => promise.then(() => undefined).catch((reason) => reason);

describe("the token of a single call of an approver", () => {
  test.each(["markScanned", "authorize", "cancel"] as const)(
    "%s sends the token of the call, and does not ask the client's token source",
    async (method) => {
      const fake = await service({ [method]: () => anything });
      let asked = 0;
      const client = approverOn(fake.address, () => {
        asked += 1;
        return "own.own.own";
      });
      await client[method]({}, { token: "one.one.one" });
      await client[method]({});
      expect(fake.credentialsSeen()).toEqual(["Bearer one.one.one", "Bearer own.own.own"]);
      expect(asked).toBe(1);
    },
  );

  test("calls for many users share a connection", async () => {
    const fake = await service({ authorize: () => anything });
    const proxy = await startTcpProxy(fake.port);
    cleanups.push(proxy.stop);
    const client = approverOn(proxy.address);
    const tokens = Array.from({ length: 20 }, (_, n) => `user.${n}.x`);
    await Promise.all(tokens.map((token) => client.authorize({ ticketId: "t" }, { token })));
    expect(fake.credentialsSeen().sort()).toEqual(tokens.map((token) => `Bearer ${token}`).sort());
    expect(proxy.opened()).toBe(1);
  });

  test("a call without any token rejects with a TypeError and is not sent", async () => {
    const fake = await service({ cancel: () => ({}) });
    expect(await reasonOf(approverOn(fake.address).cancel({}))).toBeInstanceOf(TypeError);
    expect(fake.calls).toHaveLength(0);
  });

  test.each(["", "top\nsecret"])(
    "a malformed token of a call is rejected without being quoted: %j",
    async (token) => {
      const fake = await service({ cancel: () => ({}) });
      const reason = await reasonOf(approverOn(fake.address, "own.own.own").cancel({}, { token }));
      expect(reason).toBeInstanceOf(TypeError);
      expect(String(reason.stack)).not.toContain("secret");
      expect(fake.calls).toHaveLength(0);
    },
  );
});

describe("the credentials of a single call of an app", () => {
  test.each([
    ...(["createTicket", "getStatus", "submitCheckCode", "withdraw"] as const),
    ...(["exchangeUserInfo", "getSigningKeys"] as const),
  ])("%s sends the credentials of the call in place of the client's", async (method) => {
    const fake = await service({ [method]: () => anything });
    const client = appOn(fake.address);
    await client[method]({}, { credentials: blog });
    await client[method]({});
    expect(fake.credentialsSeen()).toEqual([basic("blog:hush"), basic("shop:s3cret")]);
  });

  test("watchStatus sends the credentials of the call, and again when it reconnects", async () => {
    const fake = await service({
      watchStatus: (stream) => {
        if (fake.watches.length === 1) fail(stream, createServiceError(status.UNAVAILABLE));
        else send(stream, statusIn(TicketState.CANCELLED));
      },
    });
    const backoff = { initialMs: 1, maxMs: 1 };
    const watch = appOn(fake.address).watchStatus({ ticketId: "t" }, { credentials: blog, backoff });
    for await (const { state } of watch) expect(state).toBe(TicketState.CANCELLED);
    expect(fake.credentialsSeen()).toEqual([basic("blog:hush"), basic("blog:hush")]);
  });

  test.each([
    { appId: "", appSecret: "hush" },
    { appId: "a:b", appSecret: "hush" },
    { appId: "a", appSecret: "" },
  ])("invalid credentials of a call are rejected without being quoted: $appId", async (credentials) => {
    const fake = await service({ getStatus: () => ({}) });
    const client = appOn(fake.address);
    const watch = client.watchStatus({ ticketId: "t" }, { credentials })[Symbol.asyncIterator]();
    for (const call of [client.getStatus({}, { credentials }), watch.next()]) {
      const reason = await reasonOf(call);
      expect(reason).toBeInstanceOf(TypeError);
      expect(String(reason.stack)).not.toContain("hush");
    }
    expect(fake.calls).toHaveLength(0);
  });
});
