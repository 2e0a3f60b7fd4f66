import { readFileSync } from "node:fs";
import { PNG } from "pngjs";
import { describe, expect, it } from "vitest";
import { TicketError } from "../../src/domain/ticket_error.js";
import type { Image, ImageOptions } from "../../src/qr/draw_image.js";
import { drawImage } from "../../src/qr/draw_image.js";
import type { ErrorCorrection } from "../../src/qr/matrix.js";
import { bitmapOf, decode, padWithWhite } from "./decode.js";
import { contents, fullCustomData } from "./sample_contents.js";

const sizes = [64, 128, 200, 240, 320, 512, 1024];
const levels: readonly ErrorCorrection[] = ["L", "M", "Q", "H"];
const amounts = ["none", "full", "fullOfHan"] as const;
const cases = sizes.flatMap((size) =>
  levels.flatMap((level) => amounts.map((amount) => ({ size, level, amount }))),
);
const defaultOptions: ImageOptions = { format: "PNG", size: 320, margin: 4, errorCorrection: "M" };

type Content = keyof typeof contents;
const allContents = Object.keys(contents) as Content[];

/**
 * Smallest QR code version that holds the text, according to ISO/IEC 18004, table 7, byte mode. Independent
 * of the tested code.
 */
const versions: Readonly<Record<Content, Readonly<Record<ErrorCorrection, number>>>> = {
  none: { L: 8, M: 9, Q: 11, H: 13 },
  full: { L: 18, M: 21, Q: 25, H: 29 },
  changing: { L: 8, M: 10, Q: 12, H: 14 },
  changingFull: { L: 18, M: 21, Q: 25, H: 30 },
  fullOfHan: { L: 18, M: 21, Q: 25, H: 29 },
};

/** Returns the modules per side. */
const modulesOf = (amount: Content, level: ErrorCorrection) => 17 + 4 * versions[amount][level];

/**
 * Returns the smallest readable PNG size: three pixels per module, including a quiet zone of four modules.
 */
const minSize = (amount: Content, level: ErrorCorrection) => 3 * (modulesOf(amount, level) + 2 * 4);

function errorOf(draw: () => Image): TicketError {
  try {
    draw();
  } catch (error) {
    if (error instanceof TicketError) return error;
    throw error;
  }
  throw new Error("the image was drawn");
}

describe("a drawn QR code, read by two decoders", () => {
  it("is readable with custom data of exactly 512 bytes", () => {
    expect(Buffer.byteLength(fullCustomData)).toBe(512);
    expect(Buffer.byteLength(contents.fullOfHan)).toBeLessThanOrEqual(Buffer.byteLength(contents.full));
    expect(Buffer.byteLength(contents.fullOfHan)).toBeGreaterThan(Buffer.byteLength(contents.full) - 20);
  });

  it.each(cases)(
    "is readable as PNG of $size pixels, level $level, custom data: $amount, or is rejected as too small",
    async ({ size, level, amount }) => {
      const content = contents[amount];
      const draw = () => drawImage(content, { format: "PNG", size, margin: 4, errorCorrection: level });
      if (size < minSize(amount, level)) {
        expect(errorOf(draw).fieldViolations).toEqual([
          {
            field: "qr_image.size",
            description: `needs at least ${minSize(amount, level)} pixels for this code`,
          },
        ]);
        return;
      }
      const image = draw();
      const bitmap = bitmapOf(image);
      expect(image.mediaType).toBe("image/png");
      expect([bitmap.width, bitmap.height]).toEqual([size, size]);
      expect(await decode(bitmap)).toEqual({ jsqr: content, zxing: content });
    },
  );

  it.each(cases)(
    "is readable as SVG of $size pixels, level $level, custom data: $amount",
    async ({ size, level, amount }) => {
      const content = contents[amount];
      const image = drawImage(content, { format: "SVG", size, margin: 4, errorCorrection: level });
      expect(image.mediaType).toBe("image/svg+xml");
      // An SVG that is too small for whole pixels is meant to be enlarged.
      const bitmap = size < minSize(amount, level) ? bitmapOf(image, 1024) : bitmapOf(image);
      if (size >= minSize(amount, level)) expect([bitmap.width, bitmap.height]).toEqual([size, size]);
      expect(await decode(bitmap)).toEqual({ jsqr: content, zxing: content });
    },
  );

  it("is readable at every size from the smallest to twice as large", async () => {
    const smallest = minSize("none", "M");
    for (let size = smallest; size <= 2 * smallest; size++) {
      const bitmap = bitmapOf(drawImage(contents.none, { ...defaultOptions, size }));
      expect(bitmap.width).toBe(size);
      expect({ size, ...(await decode(bitmap)) }).toEqual({
        size,
        jsqr: contents.none,
        zxing: contents.none,
      });
    }
  });

  it("is readable with every margin, on a page whose white completes the quiet zone", async () => {
    for (let margin = 0; margin <= 16; margin++) {
      const bitmap = bitmapOf(drawImage(contents.none, { ...defaultOptions, margin }));
      expect(await decode(padWithWhite(bitmap, 30))).toEqual({ jsqr: contents.none, zxing: contents.none });
    }
  });
});

describe("a drawn QR code", () => {
  it("has at least the requested margin and is centred", () => {
    for (const margin of [0, 1, 4, 16]) {
      const bitmap = bitmapOf(drawImage(contents.none, { ...defaultOptions, size: 333, margin }));
      const dark = [...bitmap.data.keys()]
        .filter((at) => at % 4 === 0 && bitmap.data[at] === 0)
        .map((at) => at / 4);
      const columns = dark.map((at) => at % bitmap.width);
      const [left, right] = [
        columns.reduce((a, b) => Math.min(a, b)),
        332 - columns.reduce((a, b) => Math.max(a, b)),
      ];
      const scale = Math.floor(333 / (modulesOf("none", "M") + 2 * margin));
      expect(left).toBeGreaterThanOrEqual(margin * scale);
      expect(Math.abs(left - right)).toBeLessThanOrEqual(1);
      expect(Math.floor((dark[0] ?? 0) / bitmap.width)).toBe(left);
    }
  });

  it("is the same image as SVG and as PNG", () => {
    for (const size of [200, 321, 512]) {
      const svg = bitmapOf(drawImage(contents.none, { ...defaultOptions, format: "SVG", size }));
      const png = bitmapOf(drawImage(contents.none, { ...defaultOptions, size }));
      expect(Buffer.from(svg.data).equals(Buffer.from(png.data))).toBe(true);
    }
  });

  it("states its size in the SVG and requests sharp edges", () => {
    const svg = new TextDecoder().decode(
      drawImage(contents.none, { ...defaultOptions, format: "SVG", size: 240 }).data,
    );
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="240" height="240" viewBox="0 0 240 240" shape-rendering="crispEdges">/,
    );
  });

  it("has 320 pixels by default, or as many as it needs if those are more", () => {
    for (const format of ["PNG", "SVG"] as const) {
      for (const level of levels) {
        for (const amount of amounts) {
          const options = { ...defaultOptions, format, size: undefined, errorCorrection: level };
          const { width } = bitmapOf(drawImage(contents[amount], options));
          expect(width).toBe(Math.max(320, minSize(amount, level)));
        }
      }
    }
  });

  it("is a PNG with one grey channel", () => {
    const { data } = drawImage(contents.none, defaultOptions);
    expect(PNG.sync.read(Buffer.from(data))).toMatchObject({ color: false, alpha: false, palette: false });
    expect(data.byteLength).toBeLessThan(4096);
  });

  it("is rejected if the content does not fit at its level, and drawn at a lower one", () => {
    const content = "x".repeat(2000);
    const ticketError = errorOf(() =>
      drawImage(content, { ...defaultOptions, size: 1024, errorCorrection: "H" }),
    );
    expect(ticketError.reason).toBe("INVALID_REQUEST");
    expect(ticketError.fieldViolations.map(({ field }) => field)).toEqual(["qr_image.error_correction"]);
    expect(JSON.stringify([ticketError.message, ticketError.fieldViolations])).not.toContain("xx");
    expect(
      drawImage(content, { ...defaultOptions, size: 1024, errorCorrection: "L" }).data.byteLength,
    ).toBeGreaterThan(0);
  });
});

describe("the table of docs/qr-code.md", () => {
  const rows = readFileSync(new URL("../../docs/qr-code.md", import.meta.url), "utf8").matchAll(
    /^\| ([LMQH]) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm,
  );
  const columns = ["none", "full", "changing", "changingFull"] as const;
  const promised = [...rows].map(([, level, ...sizes]) => [level, ...sizes.map(Number)]);

  it("lists the smallest PNG of each level", () => {
    const measured = levels.map((level) => [level, ...columns.map((column) => minSize(column, level))]);
    expect(promised).toEqual(measured);
  });

  it("lists only sizes that are accepted, and one pixel less is rejected", async () => {
    for (const level of levels) {
      for (const amount of allContents) {
        const content = contents[amount];
        const size = minSize(amount, level);
        const options: ImageOptions = { ...defaultOptions, errorCorrection: level, size };
        expect(await decode(bitmapOf(drawImage(content, options)))).toEqual({
          jsqr: content,
          zxing: content,
        });
        const ticketError = errorOf(() => drawImage(content, { ...options, size: size - 1 }));
        expect(ticketError.reason).toBe("INVALID_REQUEST");
        expect(ticketError.message).toContain(`${size} pixels`);
      }
    }
  });
});
