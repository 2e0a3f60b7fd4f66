import type { ServerResponse } from "node:http";
import { pino } from "pino";
import { afterEach, expect, it, vi } from "vitest";
import { createNodeHandler } from "../../src/gateway/node/index.js";
import { newHandleKey } from "../support/gateway.js";
import { type Host, listen } from "./hosts.js";
import { sendRequest } from "./http.js";

// No service runs here.

let host: Host;
afterEach(() => host.stop());

/** Starts a server that passes each request to the gateway, with `next` of the host. */
async function start(
  next: (error: unknown, response: ServerResponse) => void,
  prefix?: string,
): Promise<void> {
  const gateway = createNodeHandler({
    service: { address: "127.0.0.1:1" },
    apps: [{ id: "shop", secret: "secret-of-the-shop" }],
    handleKeys: [newHandleKey()],
    log: pino({ level: "silent" }),
    prefix,
  });
  host = await listen(
    (request, response) => gateway(request, response, (error) => next(error, response)),
    gateway.close,
  );
}

it("a path with a dot in the prefix is taken literally", async () => {
  await start((_error, response) => response.end("the host"), "/v1.0");
  const path = "/api/v2/applications/shop/public-config";
  expect((await sendRequest(`${host.url}/v1.0${path}`)).json).toMatchObject({ code: 200 });
  expect((await sendRequest(`${host.url}/v1x0${path}`)).text).toBe("the host");
});

it("next is called once, although it throws", async () => {
  const thrown = new Error("the host's own code failed");
  const given: unknown[] = [];
  const reported = vi.fn();
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", reported);
  try {
    await start((error, response) => {
      given.push(error);
      response.end("the host");
      throw thrown;
    });
    expect((await sendRequest(`${host.url}/orders`)).text).toBe("the host");
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const other of others) process.on("unhandledRejection", other);
  }
  expect(given).toEqual([undefined]);
  expect(reported.mock.calls).toEqual([[thrown, expect.anything()]]);
});
