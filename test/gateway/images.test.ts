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

describe("a picture", () => {
  it.each(["svg", "png"] as const)("as %s shows the code that the phone scans", async (format) => {
    const { pictures, qrContent } = await browser.create({ appId: "shop", customData: { cart: 7 } });
    const answer = await browser.get(pictures[format]);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe({ svg: "image/svg+xml", png: "image/png" }[format]);
    expect((await readBack(answer)).read).toEqual({ jsqr: qrContent, zxing: qrContent });
  });

  it("may be kept by the browser alone, and be shown on pages of other sites", async () => {
    const { pictures } = await browser.create();
    const { headers } = await browser.get(pictures.svg);
    expect(headers["cache-control"]).toBe("private, max-age=600, immutable");
    expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
  });

  it("needs no cookie, and asks for none", async () => {
    const { pictures } = await browser.create();
    const stranger = openBrowser(gateway.url);
    expect((await stranger.get(pictures.png)).status).toBe(200);
    expect(stranger.cookies.size).toBe(0);
  });

  it("is drawn as it is asked for, within bounds", async () => {
    const { pictures, qrContent } = await browser.create();
    for (const [query, width] of [
      ["", 320],
      ["?size=512", 512],
      ["?size=1024&margin=0&errorCorrection=L", 1024],
      // Moved up to the next multiple of 64.
      ["?size=300&margin=16&errorCorrection=H", 320],
    ] as const) {
      const picture = await readBack(await browser.get(`${pictures.png}${query}`));
      expect(picture, query).toMatchObject({ width, read: { zxing: qrContent } });
    }
  });

  it("is as large as its code needs where no size is asked for", async () => {
    const { pictures, qrContent } = await browser.create({ customData: { text: "x".repeat(480) } });
    const picture = await readBack(await browser.get(`${pictures.png}?errorCorrection=H`));
    expect(picture).toMatchObject({ read: { zxing: qrContent } });
    expect(picture.width).toBeGreaterThan(320);
    const { text } = await browser.get(`${pictures.svg}?errorCorrection=H`);
    expect(text).toContain(`width="${picture.width}"`);
  });

  it("as SVG has exactly the size and the margin that are asked for", async () => {
    const { pictures } = await browser.create();
    const { text } = await browser.get(`${pictures.svg}?size=301&margin=5`);
    expect(text).toContain('width="301" height="301"');
  });

  it("as PNG has one of 16 sizes and 6 margins, whatever is asked for, and none that is smaller", () => {
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
  ])("with %s is refused, and each field is named", async (query, names) => {
    const { pictures } = await browser.create();
    const answer = await browser.get(`${pictures.svg}?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.json.reason).toBe("INVALID_REQUEST");
    const violations = answer.json.fieldViolations as { field: string }[];
    expect(violations.map(({ field }) => field)).toEqual(names);
    expect(answer.headers["cache-control"]).toBe("no-store");
  });

  it("that is too small for its code is refused", async () => {
    const { pictures } = await browser.create({ appId: "shop", customData: { text: "x".repeat(400) } });
    const answer = await browser.get(`${pictures.png}?size=64`);
    expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
  });

  it("is of no other name than those that the gateway made", async () => {
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

  it("is gone when the ticket's time is over", async () => {
    const { pictures } = await browser.create();
    await clock.advanceAsync(121_000);
    expect((await browser.get(pictures.svg)).json.reason).toBe("TICKET_NOT_FOUND");
  });

  it("is drawn by any node that has the key, and by none that has not", async () => {
    const key = newSecret();
    await restartGateway({ handleKeys: [key] });
    const { pictures, qrContent } = await browser.create();
    const twin = await startTestGateway(server.address, { clock, handleKeys: [newSecret(), key] });
    const stranger = await startTestGateway(server.address, { clock });
    const drawn = await readBack(await openBrowser(twin.url).get(pictures.png));
    expect(drawn.read).toMatchObject({ zxing: qrContent });
    expect((await openBrowser(stranger.url).get(pictures.png)).status).toBe(404);
    await twin.stop();
    await stranger.stop();
  });

  it("is no handle", async () => {
    const { pictures } = await browser.create();
    const name = pictures.svg.slice(`${api}/pictures/`.length, -".svg".length);
    expect((await browser.status(name)).json.reason).toBe("TICKET_NOT_FOUND");
  });
});
