import { pino } from "pino";
import { expect, it } from "vitest";
import { createFetchHandler } from "../../src/gateway/web/index.js";
import { newHandleKey } from "../support/gateway.js";
import { withTimeout } from "../support/timeout.js";

// No request reaches the service.
const options = {
  service: { address: "127.0.0.1:1" },
  apps: [{ id: "shop", secret: "secret-of-the-shop" }],
  handleKeys: [newHandleKey()],
  log: pino({ level: "silent" }),
  clientAddress: () => undefined,
};

/** Calls the route that tells whether pages of an origin may call. Resolves with the status. */
async function statusFor(publicOrigin: string | undefined, headers: Record<string, string>): Promise<number> {
  const handler = createFetchHandler({ ...options, publicOrigin });
  const request = new Request("http://internal.example:3000/qrlogin/v1/origin", { headers });
  const { status } = await withTimeout(handler(request, undefined), "the response");
  await handler.close();
  return status;
}

it("the own origin is that of the request's URL, or publicOrigin", async () => {
  expect(await statusFor(undefined, { origin: "http://internal.example:3000" })).toBe(204);
  expect(await statusFor(undefined, { origin: "https://shop.example" })).toBe(403);
  expect(await statusFor("https://shop.example", { origin: "https://shop.example" })).toBe(204);
  expect(await statusFor("https://shop.example", { origin: "http://internal.example:3000" })).toBe(403);
});

it("forwarded headers of a Request are not believed", async () => {
  const forged = { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", host: "evil.example" };
  expect(await statusFor(undefined, { ...forged, origin: "https://evil.example" })).toBe(403);
});
