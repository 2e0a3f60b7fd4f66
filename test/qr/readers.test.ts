import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawImage, type ImageOptions } from "../../src/qr/draw_image.js";
import type { ErrorCorrection } from "../../src/qr/matrix.js";
import { parseQrContent, serializeQrContent } from "../../src/qr/qr_content.js";
import { blur } from "./blur.js";
import { bitmapOf } from "./decode.js";
import { families, hasReaders, type Readers, startReaders, withoutReaders } from "./readers.js";
import { contents, ticket } from "./sample_contents.js";

const defaultOptions: ImageOptions = { format: "PNG", size: undefined, margin: 4, errorCorrection: "M" };
const levels: readonly ErrorCorrection[] = ["L", "M", "Q", "H"];

/** Families that read every code of ours. OpenCV does not; docs/qr-code.md lists its limits. */
const reliableFamilies = families.filter((family) => family !== "opencv");

/**
 * Custom data that some reader decodes wrongly, or could. Some texts contain byte sequences of encodings that
 * readers guess.
 */
const customData: readonly (readonly [string, Record<string, unknown>])[] = [
  ["an accent", { till: "é" }],
  ["a quotation mark after Han, which a reader took for the second byte of a character", { till: '日"' }],
  ["umlauts and quotation marks", { till: 'Müller "Süd"' }],
  ["Han", { till: "東京", hall: "京都駅前" }],
  ["kana, whole and half width", { till: "ｶﾌｪ かな" }],
  ["Cyrillic", { till: "привет" }],
  ["Greek, Arabic, Hebrew and Thai", { a: "Ωμέγα", b: "مرحبا", c: "שלום", d: "สวัสดี" }],
  ["a character beyond the basic plane", { till: "🛒", house: "𠮷野家" }],
  ["an emoji of several characters", { family: "👩‍👩‍👧", flag: "🇩🇪" }],
  ["a backslash after Han", { till: "日本\\" }],
  ["typographic quotation marks and a dash", { note: "“x” – 5 €" }],
  ["backslashes and text that looks escaped", { text: "\\u00e9 \\\\u00e9 \\n C:\\new" }],
  ["control characters", { text: "\u0000\u0001\t\r\n\u001b\u007f\u0080\u009f" }],
  ["a byte order mark and separators of lines", { text: "\ufeff\u2028\u2029\u00a0\u00ad" }],
  ["characters that are no characters", { text: "\ufffe\uffff\ufffd" }],
  ["half of a pair of surrogates", { text: "\ud83d" }],
  ["tildes, yen and overline", { text: "~ ¥ ‾ \\ |" }],
  ["markup", { text: "<a href='?a&b'>&amp;</a>" }],
  ["the beginning of other formats", { text: "WIFI:S:x;; \u00e8BEGIN:VCARD http://x.example/?q=ü" }],
  ["keys that are not ASCII", { "Küche\u2028": { 日: ["é"] } }],
];

describe.skipIf(!hasReaders)(`a reader of each family${withoutReaders}`, () => {
  let readers: Readers;
  beforeAll(() => {
    readers = startReaders();
  });
  afterAll(() => readers.stop());

  it.each(customData)("reads a code with %s in the custom data", async (_, data) => {
    const content = serializeQrContent({ ...ticket, customData: JSON.stringify(data) });
    const readings = await readers.read(bitmapOf(drawImage(content, { ...defaultOptions, size: 512 })));
    expect(readings).toEqual(Object.fromEntries(families.map((family) => [family, content])));
    expect(parseQrContent(content)).toMatchObject({ ticketId: ticket.ticketId });
    expect(JSON.parse(content).customData).toEqual(data);
  });

  it.each(
    levels.flatMap((level) =>
      (["none", "full", "fullOfHan", "changing", "changingFull"] as const).map(
        (amount) => [level, amount] as const,
      ),
    ),
  )(
    "each but OpenCV reads a blurred image of the smallest size, level %s, content: %s",
    async (errorCorrection, amount) => {
      const content = contents[amount];
      const options = { ...defaultOptions, errorCorrection };
      const least = minSizeOf(content, options);
      const readings = await readers.read(blur(bitmapOf(drawImage(content, { ...options, size: least }))));
      for (const family of reliableFamilies) expect.soft(readings[family], family).toBe(content);
    },
  );

  it("reads the image of a ticket without custom data in the default size", async () => {
    for (const errorCorrection of levels) {
      const bitmap = bitmapOf(drawImage(contents.none, { ...defaultOptions, errorCorrection }));
      const readings = await readers.read(blur(bitmap));
      expect(readings).toEqual(Object.fromEntries(families.map((family) => [family, contents.none])));
    }
  });
});

/** Returns the size that the error for a too small image names. */
function minSizeOf(content: string, options: ImageOptions): number {
  try {
    drawImage(content, { ...options, size: 64 });
  } catch (error) {
    const [violation] = (error as { fieldViolations: readonly { description: string }[] }).fieldViolations;
    return Number(/at least (\d+) pixels/.exec(violation?.description ?? "")?.[1]);
  }
  throw new Error("an image of 64 pixels was drawn");
}
