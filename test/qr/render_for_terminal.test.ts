import { describe, expect, it } from "vitest";
import { renderForTerminal } from "../../src/qr/render_for_terminal.js";
import type { Bitmap } from "./decode.js";
import { decode } from "./decode.js";
import { contents } from "./sample_contents.js";

/** Upper and lower half of each character: dark where the black foreground shows. */
const halves: Record<string, readonly [boolean, boolean]> = {
  " ": [false, false],
  "▀": [true, false],
  "▄": [false, true],
  "█": [true, true],
};

const blackOnWhite = "\x1b[38;5;16;48;5;231m";
const reset = "\x1b[0m";

/** Returns the lines without their colours, which must be black on white throughout. */
function linesOf(text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      expect(line.startsWith(blackOnWhite) && line.endsWith(reset)).toBe(true);
      const drawn = line.slice(blackOnWhite.length, -reset.length);
      expect(drawn).toMatch(/^[ ▀▄█]+$/u);
      return drawn;
    });
}

/** Returns the bitmap that a terminal shows, at four pixels per half character. */
function bitmapOf(text: string): Bitmap {
  const scale = 4;
  const lines = linesOf(text).map((line) =>
    [...line].map((character) => halves[character] ?? [false, false]),
  );
  const rows = lines.flatMap((line) => [line.map(([upper]) => upper), line.map(([, lower]) => lower)]);
  const width = (rows[0]?.length ?? 0) * scale;
  const height = rows.length * scale;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (rows[Math.floor(y / scale)]?.[Math.floor(x / scale)])
        data.fill(0, (y * width + x) * 4, (y * width + x) * 4 + 3);
    }
  }
  return { width, height, data };
}

describe("a QR code in a terminal", () => {
  it.each(Object.entries(contents))("is read by two decoders, custom data: %s", async (_, content) => {
    expect(await decode(bitmapOf(renderForTerminal(content)))).toEqual({ jsqr: content, zxing: content });
  });

  it("fits into 80 columns without custom data", () => {
    for (const line of linesOf(renderForTerminal(contents.none))) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("has a quiet zone of four modules on each side", () => {
    const lines = linesOf(renderForTerminal(contents.none));
    for (const line of lines) expect(`${line.slice(0, 4)}${line.slice(-4)}`.trim()).toBe("");
    expect(`${lines.slice(0, 2).join("")}${lines.at(-2)}${lines.at(-1)}`.trim()).toBe("");
    expect(lines[2]?.slice(4, 6)).toBe("█▀");
  });

  it("is rejected when the content does not fit into a code", () => {
    expect(() => renderForTerminal("x".repeat(4000))).toThrow(
      expect.objectContaining({ reason: "INVALID_REQUEST" }),
    );
  });
});
