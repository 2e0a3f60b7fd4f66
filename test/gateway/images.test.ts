import { describe, expect, it } from "vitest";
import { newSecret } from "../../src/domain/secrets.js";
import { toPngOptions } from "../../src/gateway/routes/schemas.js";
import { bitmapOf, decode } from "../qr/decode.js";
import { startTestGateway } from "../support/gateway.js";
import { api, openBrowser } from "./browser.js";
import type { TestResponse } from "./http.js";
import { browser, clock, gateway, restartGateway, server, setUpGateway } from "./setup.js";

setUpGateway();

async function readBack({ bytes, headers }: TestResponse): Promise<{ width: number; read: unknown }> {
  const mediaType = headers["content-type"] === "image/png" ? "image/png" : "image/svg+xml";
  const bitmap = bitmapOf(
    { mediaType, data: Uint8Array.from(bytes) },
    mediaType === "image/svg+xml" ? 480 : undefined,
  );
  return { width: bitmap.width, read: await decode(bitmap) };
}

describe("an image", () => {
  it.each(["svg", "png"] as const)("the image as %s shows the code that the phone scans", async (format) => {
    const { pictures, qrContent } = await browser.create({ appId: "shop", customData: { cart: 7 } });
    const answer = await browser.get(pictures[format]);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe({ svg: "image/svg+xml", png: "image/png" }[format]);
    expect((await readBack(answer)).read).toEqual({ jsqr: qrContent, zxing: qrContent });
  });

  it("an image may be cached by the browser only, and be shown on pages of other sites", async () => {
    const { pictures } = await browser.create();
    const { headers } = await browser.get(pictures.svg);
    expect(headers["cache-control"]).toBe("private, max-age=600, immutable");
    expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  });

  it("an image needs no cookie and sets none", async () => {
    const { pictures } = await browser.create();
    const other = openBrowser(gateway.url);
    expect((await other.get(pictures.png)).status).toBe(200);
    expect(other.cookies.size).toBe(0);
  });

  it("a PNG is drawn with the requested options, within limits", async () => {
    const { pictures, qrContent } = await browser.create();
    for (const [query, width] of [
      ["", 320],
      ["?size=512", 512],
      ["?size=1024&margin=0&errorCorrection=L", 1024],
      // Rounded up to the next multiple of 64.
      ["?size=300&margin=16&errorCorrection=H", 320],
    ] as const) {
      const image = await readBack(await browser.get(`${pictures.png}${query}`));
      expect(image, query).toMatchObject({ width, read: { zxing: qrContent } });
    }
  });

  it("an image without a requested size is as large as its code needs", async () => {
    const { pictures, qrContent } = await browser.create({ customData: { text: "x".repeat(480) } });
    const image = await readBack(await browser.get(`${pictures.png}?errorCorrection=H`));
    expect(image).toMatchObject({ read: { zxing: qrContent } });
    expect(image.width).toBeGreaterThan(320);
    const { text } = await browser.get(`${pictures.svg}?errorCorrection=H`);
    expect(text).toContain(`width="${image.width}"`);
  });

  it("an SVG has exactly the requested size and margin", async () => {
    const { pictures } = await browser.create();
    const { text } = await browser.get(`${pictures.svg}?size=301&margin=5`);
    expect(text).toContain('width="301" height="301"');
  });

  it("a PNG has one of 16 sizes and 6 margins, and is never smaller than requested", () => {
    const drawn = new Set<string>();
    for (let size = 64; size <= 1_024; size++) {
      for (let margin = 0; margin <= 16; margin++) {
        const options = toPngOptions({ size, margin, errorCorrection: "M" });
        expect(options.size).toBeGreaterThanOrEqual(size);
        expect(options.margin).toBeGreaterThanOrEqual(margin);
        drawn.add(JSON.stringify(options));
      }
    }
    expect(drawn.size).toBe(16 * 6);
  });

  it.each([
    ["size=63", ["size"]],
    ["size=1025", ["size"]],
    ["size=large", ["size"]],
    ["size=100.5", ["size"]],
    ["size=", ["size"]],
    ["margin=17", ["margin"]],
    ["margin=-1", ["margin"]],
    ["errorCorrection=X", ["errorCorrection"]],
    ["size=0&margin=99", ["size", "margin"]],
    ["size=100&size=200", ["size"]],
    ["colour=red", [""]],
  ])("an image with %s is rejected, and each field is named", async (query, names) => {
    const { pictures } = await browser.create();
    const answer = await browser.get(`${pictures.svg}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json.reason).toBe("INVALID_REQUEST");
    const violations = answer.json.fieldViolations as { field: string }[];
    expect(violations.map(({ field }) => field)).toEqual(names);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("an image that is too small for its code is rejected", async () => {
    const { pictures } = await browser.create({ appId: "shop", customData: { text: "x".repeat(400) } });
    const answer = await browser.get(`${pictures.png}?size=64`);
    expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
  });

  it("an image has no name other than the one that the gateway sealed", async () => {
    const { pictures, handle, ticketId } = await browser.create();
    const name = pictures.svg.slice(`${api}/pictures/`.length, -".svg".length);
    const changed = `${name.slice(0, -1)}${name.endsWith("A") ? "Q" : "A"}`;
    const files = [
      `${changed}.svg`,
      `${name.slice(1)}.svg`,
      `${handle}.svg`,
      `${ticketId}.png`,
      `${name}.gif`,
    ];
    for (const file of [...files, name, ".svg", `${name}.SVG`, "%00.svg", `${name}.svg.svg`]) {
      const answer = await browser.get(`${api}/pictures/${file}`);
      expect([file, answer.status, answer.json.reason]).toEqual([file, 404, "TICKET_NOT_FOUND"]);
      expect(answer.headers["cache-control"]).toBe("no-store");
    }
  });

  it("an image is gone when the ticket expires", async () => {
    const { pictures } = await browser.create();
    await clock.advanceAsync(121_000);
    expect((await browser.get(pictures.svg)).json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("an image is drawn by any gateway that has the key, and by no other", async () => {
    const key = newSecret();
    await restartGateway({ handleKeys: [key] });
    const { pictures, qrContent } = await browser.create();
    const twin = await startTestGateway(server.address, { clock, handleKeys: [newSecret(), key] });
    const other = await startTestGateway(server.address, { clock });
    const drawn = await readBack(await openBrowser(twin.url).get(pictures.png));
    expect(drawn.read).toMatchObject({ zxing: qrContent });
    expect((await openBrowser(other.url).get(pictures.png)).status).toBe(404);
    await twin.stop();
    await other.stop();
  });

  it("the name of an image is not a handle", async () => {
    const { pictures } = await browser.create();
    const name = pictures.svg.slice(`${api}/pictures/`.length, -".svg".length);
    expect((await browser.status(name)).json.reason).toBe("TICKET_NOT_FOUND");
  });
});
