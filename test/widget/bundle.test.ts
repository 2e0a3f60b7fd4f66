import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const script = readFileSync(new URL("../../gen/widget/qr-login.js", import.meta.url));

describe("the widget's script", () => {
  it("the script has at most 12 KiB after compression", () => {
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(12 * 1_024);
  });

  it("the script never turns text into markup or code", () => {
    expect(script.toString()).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(/,
    );
  });

  it("the script loads without a document, as on a server that renders pages", () => {
    const names = new Function(`${script}; return Object.keys(QrLogin)`)() as string[];
    const calls = [
      "startScanning",
      "geneCode",
      "checkStatus",
      "exchangeUserInfo",
      "startPolling",
      "stopPolling",
    ];
    expect(names).toEqual(expect.arrayContaining(calls));
  });
});
