import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { internalNames } from "../../scripts/widget_names.js";

const script = readFileSync(new URL("../../gen/widget/qr-login.js", import.meta.url));

describe("the widget's script", () => {
  it("the script has at most 12 KiB after compression", () => {
    expect(gzipSync(script, { level: 9 }).byteLength).toBeLessThanOrEqual(12 * 1_024);
  });

  it("the script shortens no name that pages, the gateway or a text of the source know", () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
    const known = ["api_results", "element", "options", "start_polling"].map((name) => `${name}.ts`);
    const rooms = ["machine/callbacks.ts", "languages/texts.ts", "view/texts.ts"];
    const paths = [...known, ...rooms].map((name) => `src/widget/${name}`);
    const texts = ["src/http_types.ts", ...paths].map(read).join("\n");
    const sources = readdirSync(new URL("../../src/widget", import.meta.url), { recursive: true });
    const source = sources
      .filter((name) => String(name).endsWith(".ts"))
      .map((name) => read(`src/widget/${name}`))
      .join("\n");
    expect(
      internalNames.filter((name) => new RegExp(`\\breadonly ${name}\\??:|^  ${name}\\(`, "m").test(texts)),
    ).toEqual([]);
    expect(internalNames.filter((name) => source.includes(`"${name}" in `))).toEqual([]);
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
