import { afterEach, expect, it } from "vitest";
import { createFetchHandler, type FetchHandler } from "../../src/gateway/web/index.js";
import { newHandleKey } from "../support/gateway.js";

let gateway: FetchHandler<unknown>;

afterEach(() => gateway.close());

/** Resolves with the status of `GET origin`: 204 if the gateway takes the page for one of its own origin. */
async function statusFor(page: string, host: string | undefined, publicOrigin?: string): Promise<number> {
  gateway = createFetchHandler({
    service: { address: "127.0.0.1:1" },
    apps: [{ id: "shop", secret: "a secret" }],
    handleKeys: [newHandleKey()],
    clientAddress: () => undefined,
    publicOrigin,
  });
  const headers = { origin: page, ...(host !== undefined && { host }), "x-forwarded-host": "evil.example" };
  const request = new Request("http://localhost:3000/qrlogin/v1/origin", { headers });
  return (await gateway(request, undefined)).status;
}

it.each([
  ["the host of the header, which the browser has sent", "http://127.0.0.1:3000", "127.0.0.1:3000", 204],
  ["and then not the host of the URL", "http://localhost:3000", "127.0.0.1:3000", 403],
  ["the host of the URL without a header", "http://localhost:3000", undefined, 204],
  ["no forwarded host", "http://evil.example", "127.0.0.1:3000", 403],
])("a fetch handler takes as its own host: %s", async (_title, page, host, status) => {
  expect(await statusFor(page, host)).toBe(status);
});

it("publicOrigin takes the place of both hosts", async () => {
  expect(await statusFor("https://shop.example", "127.0.0.1:3000", "https://shop.example")).toBe(204);
  await gateway.close();
  expect(await statusFor("http://127.0.0.1:3000", "127.0.0.1:3000", "https://shop.example")).toBe(403);
});
