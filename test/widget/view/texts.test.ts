import { describe, expect, it } from "vitest";
import { en } from "../../../src/widget/languages/en.js";
import { describeDensity } from "../../../src/widget/view/density.js";
import { describeFailure, mergeTexts } from "../../../src/widget/view/texts.js";

describe("the text of an error", () => {
  it.each([
    ["ORIGIN_NOT_ALLOWED", "misconfigured"],
    ["APP_UNKNOWN", "misconfigured"],
    ["NO_GATEWAY", "misconfigured"],
    ["CODE_CHALLENGE_REQUIRED", "misconfigured"],
    ["EXCHANGE_NOT_ALLOWED", "misconfigured"],
    ["CSP_BLOCKED", "misconfigured"],
    ["MIXED_CONTENT", "misconfigured"],
    ["COOKIE_MISSING", "cookiesBlocked"],
    ["HTTPS_REQUIRED", "insecure"],
    ["OFFLINE", "failed"],
    ["UNREADABLE", "failed"],
    ["CODE_CHALLENGE_FAILED", "failed"],
    ["SIGN_IN_DISABLED", "failed"],
    ["IMAGE_FAILED", "failed"],
    ["A_REASON_OF_A_LATER_RELEASE", "failed"],
    ["constructor", "failed"],
  ] as const)("%s has the text %s", (reason, name) => {
    expect(describeFailure(reason, en)).toBe(en[name]);
  });

  it("a page can replace the text of an error", () => {
    const texts = mergeTexts("en", { tips: { failed: "General" }, texts: { insecure: "Special" } });
    expect(describeFailure("HTTPS_REQUIRED", texts)).toBe("Special");
    expect(describeFailure("INTERNAL", texts)).toBe("General");
  });
});

describe("the density of a code", () => {
  it.each([
    [170, 260, undefined],
    [170, 96, /set size to 1\d\d/],
    [690, 260, /set size to 3\d\d/],
    [690, 330, undefined],
    [690, 0, undefined],
  ])("a code of %d bytes at %d pixels: %s", (length, edge, warning) => {
    const described = describeDensity("x".repeat(length), edge);
    if (warning) expect(described).toMatch(warning);
    else expect(described).toBeUndefined();
  });
});
