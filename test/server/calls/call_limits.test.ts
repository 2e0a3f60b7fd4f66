import { constants } from "node:http2";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { WatchStatusRequest } from "../../../gen/qrlogin/v1/qr_login_service.js";
import {
  asApp,
  basic,
  type CreatedTicket,
  callersOf,
  createTestTicket,
  responseOrThrow,
  type Watch,
  watchOf,
} from "../../support/callers.js";
import { createManualClock, flushPromises } from "../../support/clock.js";
import { expectError } from "../../support/expect_error.js";
import { connectPeer, grpcFrame } from "../../support/http2_peer.js";
import { appSecrets, startTestServer, type TestApp, type TestServerOptions } from "../../support/server.js";
import { signToken } from "../../support/tokens.js";

const settingsWithLimits = (limits: object) => ({ settings: { grpc: { address: "127.0.0.1:0", limits } } });

async function start(options: TestServerOptions = {}) {
  const server = await startTestServer(options);
  onTestFinished(server.stop);
  const { app, user } = callersOf(server.client);
  const watch = (name: TestApp, held: CreatedTicket) => watchOf(server.client, asApp(name), held);
  /** Opens a watch and reads its first status. */
  async function watching(name: TestApp): Promise<Watch> {
    const watch = watchOf(server.client, asApp(name), await createTestTicket(app(name)));
    expect(await watch.next()).toBeDefined();
    return watch;
  }
  return { server, app, user, watch, watching };
}

/** Checks that the watch is rejected because of the limit with this name. */
async function expectTooMany(watch: Watch, limit: string): Promise<void> {
  const message = new Promise<string>((resolve) => {
    watch.stream.on("status", ({ details }) => resolve(details));
  });
  expect(await watch.next()).toBeUndefined();
  expectError(await watch.ended, "RESOURCE_EXHAUSTED", "TOO_MANY_WATCHES", { retry: true });
  expect((await message).split(" ")).toContain(limit);
}

describe("the limit on watches", () => {
  it("rejects a watch over its app's limit with TOO_MANY_WATCHES, and no watch of another app", async () => {
    const { app, watch, watching } = await start(settingsWithLimits({ watchesPerApp: 2 }));
    const held = await createTestTicket(app("shop"));
    for (let count = 0; count < 2; count++) await watching("shop");
    // It is repeated because a rejected watch must not make room for another.
    for (let count = 0; count < 3; count++)
      await expectTooMany(watch("shop", held), "grpc.limits.watchesPerApp");
    await watching("blog");
    expect((await app("shop").getStatus(held)).code).toBe("OK");
  });

  it("rejects watches over the limit at a bounded rate, and serves all other calls at once", async () => {
    const clock = createManualClock(Date.now());
    const { app, watch, watching } = await start({ ...settingsWithLimits({ watchesPerApp: 1 }), clock });
    const held = await createTestTicket(app("shop"));
    await watching("shop");
    let rejected = 0;
    const ended = Array.from({ length: 12 }, () =>
      watch("shop", held)
        .next()
        .then(() => ++rejected),
    );
    await vi.waitFor(() => expect(rejected).toBe(5));
    expect((await app("shop").getStatus(held)).code).toBe("OK");
    await watching("blog");
    expect(rejected).toBe(5);
    clock.advance(50);
    await vi.waitFor(() => expect(rejected).toBe(10));
    clock.advance(50);
    await Promise.all(ended);
  });

  it("drops a delayed rejection when the peer resets the stream with an error", async () => {
    const clock = createManualClock(Date.now());
    const { server, app, watching } = await start({ ...settingsWithLimits({ watchesPerApp: 1 }), clock });
    const held = await createTestTicket(app("shop"));
    await watching("shop");
    const peer = await connectPeer(server.address);
    onTestFinished(peer.close);
    const headers = { authorization: basic("shop", appSecrets.shop) };
    const request = WatchStatusRequest.encode(WatchStatusRequest.fromPartial(held)).finish();
    const calls = Array.from({ length: 12 }, () => {
      const call = peer.call("/qrlogin.v1.QrLoginService/WatchStatus", headers);
      call.end(grpcFrame(request));
      return call;
    });
    await vi.waitFor(() => expect(calls.filter((call) => call.isClosed())).toHaveLength(5));
    for (const call of calls) call.reset(constants.NGHTTP2_INTERNAL_ERROR);
    await peer.roundTrip();
    expect((await app("shop").getStatus(held)).code).toBe("OK");
  });

  it("rejects a watch over the limit of all apps with TOO_MANY_WATCHES", async () => {
    const { app, watch, watching } = await start(settingsWithLimits({ watches: 2 }));
    await watching("shop");
    await watching("blog");
    const held = await createTestTicket(app("intranet"));
    for (let count = 0; count < 3; count++)
      await expectTooMany(watch("intranet", held), "grpc.limits.watches");
  });

  it("does not count a watch that has ended, whatever ended it", async () => {
    const { app, watch, watching } = await start({
      ...settingsWithLimits({ watches: 1, watchesPerApp: 1 }),
    });
    const unknown = { ticketId: "A".repeat(22), ticketSecret: "B".repeat(43), qrContent: "" };
    const ways: (() => Promise<unknown>)[] = [
      // The client cancels it.
      async () => (await watching("shop")).cancel(),
      // Its ticket reaches a terminal state.
      async () => {
        const held = await createTestTicket(app("shop"));
        const one = watch("shop", held);
        await one.next();
        responseOrThrow(await app("shop").withdraw(held));
        expect((await one.ended).code).toBe("OK");
      },
      // It is rejected.
      () => app("shop").watchStatus(unknown),
    ];
    const held = await createTestTicket(app("shop"));
    for (const end of ways) {
      await end();
      // The server notices the cancellation a moment after the client.
      let again = await app("shop").watchStatus(held);
      for (let tries = 0; again.reason === "TOO_MANY_WATCHES" && tries < 200; tries++) {
        await flushPromises();
        again = await app("shop").watchStatus(held);
      }
      expect(again.code).toBe("OK");
    }
  });
});

describe("the limit on calls in progress", () => {
  it("rejects a call over the limit of its app with RATE_LIMITED, and no call of another caller", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reading = 0;
    const { server, app, user } = await start({
      ...settingsWithLimits({ callsPerApp: 2 }),
      store: (store) => ({
        ...store,
        async get(id) {
          reading += 1;
          if (reading <= 2) await gate;
          return store.get(id);
        },
      }),
    });
    onTestFinished(() => release());
    const held = await createTestTicket(app("shop"));
    const running = [app("shop").getStatus(held), app("shop").getStatus(held)];
    while (reading < 2) await flushPromises();
    expectError(await app("shop").getStatus(held), "RESOURCE_EXHAUSTED", "RATE_LIMITED", { retry: true });
    expect((await app("blog").createTicket()).code).toBe("OK");
    expect(
      (await user(await signToken("alice")).markScanned({ $case: "ticketId", value: held.ticketId })).code,
    ).toBe("OK");
    release();
    for (const answer of await Promise.all(running)) expect(answer.code).toBe("OK");
    expect((await app("shop").getStatus(held)).code).toBe("OK");
    const line = server.lines.find(({ reason }) => reason === "RATE_LIMITED");
    expect(line).toMatchObject({ app: "shop", method: "GetStatus", limit: "calls_in_progress" });
  });
});

describe("a call while many watches are open", () => {
  it("adds and removes no listener on an object that calls share", async () => {
    const { app, watch, watching } = await start();
    for (let count = 0; count < 20; count++) await watching("shop");
    const held = await createTestTicket(app("shop"));
    const add = vi.spyOn(EventTarget.prototype, "addEventListener");
    const remove = vi.spyOn(EventTarget.prototype, "removeEventListener");
    onTestFinished(() => void vi.restoreAllMocks());
    await createTestTicket(app("shop"));
    responseOrThrow(await app("shop").getStatus(held));
    const one = watch("shop", held);
    await one.next();
    one.cancel();
    await one.ended;
    responseOrThrow(await app("shop").withdraw(held));
    expect(add).not.toHaveBeenCalled();
    expect(remove).not.toHaveBeenCalled();
  });
});
