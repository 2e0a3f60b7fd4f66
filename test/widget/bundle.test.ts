import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const script = readFileSync(new URL("../../gen/widget/qr-login.js", import.meta.url));

describe("the widget's script", () => {
  it("is 10 KiB at most when it is compressed", () => {
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(10 * 1_024);
  });

  it("makes no markup and no code of text", () => {
    expect(script.toString()).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|Function\(/,
    );
  });

  it("can be run where there is no page, as on a server that renders one", () => {
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
