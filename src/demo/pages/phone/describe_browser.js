// The browser and the system that a user agent names.
import { textOf } from "./texts.js";

/** Returns browser and system of a user agent, or the user agent itself if one is unknown. */
export function describeBrowser(userAgent = "") {
  const browser = browsers.find(([, pattern]) => pattern.test(userAgent))?.[0];
  const system = systems.find(([, pattern]) => pattern.test(userAgent))?.[0];
  if (!browser || !system) return userAgent;
  const name = system.startsWith("demo.") ? textOf(system) : system;
  return textOf("demo.browserOn", { browser, system: name });
}

// The order matters: a user agent also contains the names of entries below its own.
const browsers = [
  ["Edge", /\bEdgA?\//],
  ["Opera", /\bOPR\//],
  ["Samsung Internet", /\bSamsungBrowser\//],
  ["Firefox", /\b(Firefox|FxiOS)\//],
  ["Chrome", /\b(HeadlessChrome|Chrome|CriOS)\//],
  ["Safari", /\bSafari\//],
];
const systems = [
  ["Windows", /\bWindows\b/],
  ["demo.iPhone", /\biPhone\b/],
  ["demo.iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["demo.chromebook", /\bCrOS\b/],
  ["demo.mac", /\bMacintosh\b/],
  ["Linux", /\bLinux\b/],
];
