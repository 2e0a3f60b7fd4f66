import { describe, expect, it } from "vitest";
import { type DeviceWindow, isPhone } from "../../src/widget/detect_phone.js";

/** Creates the window of a browser. Chromium's has `mobile`. */
function windowOf(
  [width, height]: readonly [number, number],
  pointer: "touch" | "mouse",
  mobile?: boolean,
): DeviceWindow {
  return {
    navigator: mobile === undefined ? {} : { userAgentData: { mobile } },
    screen: { width, height },
    matchMedia: (query) => {
      expect(query).toBe("(pointer: coarse) and (hover: none)");
      return { matches: pointer === "touch" };
    },
  };
}

const phone = [393, 852] as const;
const turnedPhone = [852, 393] as const;
const tablet = [744, 1_133] as const;
const smallTablet = [600, 960] as const;
const laptop = [1_440, 900] as const;

describe("the detection of a phone", () => {
  it.each([
    ["Chrome on a phone", windowOf(phone, "touch", true), true],
    ["Chrome on a phone with a mouse", windowOf(phone, "mouse", true), true],
    [
      "Chrome on a large unfolded phone that asks for mobile pages",
      windowOf([720, 780], "touch", true),
      true,
    ],
    ["Chrome on a tablet", windowOf(tablet, "touch", false), false],
    ["Chrome on a till with a small touch screen", windowOf([800, 480], "touch", false), false],
    ["Chrome on a laptop", windowOf(laptop, "mouse", false), false],
    ["Safari on an iPhone", windowOf(phone, "touch"), true],
    ["Safari on an iPhone that lies on its side", windowOf(turnedPhone, "touch"), true],
    ["Safari on an iPad mini", windowOf(tablet, "touch"), false],
    ["Firefox on the smallest tablet", windowOf(smallTablet, "touch"), false],
    ["Firefox on a laptop with a touch screen", windowOf(laptop, "touch"), false],
    ["Firefox on a computer with a small screen", windowOf([800, 480], "mouse"), false],
  ])("detects whether the device is a phone: %s", (_, browser, expected) => {
    for (const device of [undefined, "auto"] as const) expect(isPhone(device, browser)).toBe(expected);
  });

  it("the page's option replaces the detection", () => {
    for (const mobile of [true, false, undefined]) {
      expect(isPhone("computer", windowOf(phone, "touch", mobile))).toBe(false);
      expect(isPhone("phone", windowOf(laptop, "mouse", mobile))).toBe(true);
    }
  });

  it("a value that is no device counts as `auto`", () => {
    expect(isPhone("tablet" as "auto", windowOf(phone, "touch"))).toBe(true);
    expect(isPhone("tablet" as "auto", windowOf(laptop, "mouse"))).toBe(false);
  });
});
