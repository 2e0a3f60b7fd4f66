import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { languageVersions } from "../../gen/widget/languages.js";
import { zh } from "../../src/widget/languages/zh.js";
import { sendRequest } from "./http.js";
import { gateway, setUpGateway } from "./setup.js";

setUpGateway();

const fetched = (headers: Record<string, string> = {}) =>
  sendRequest(`${gateway.url}/qrlogin/v1/widget.js`, { headers });

describe("the widget's script", () => {
  it("the widget's script is compressed only for clients that accept it", async () => {
    const plain = await fetched();
    const packed = await fetched({ "accept-encoding": "br, gzip" });
    const uncompressed = await fetched({ "accept-encoding": "gzip;q=0" });
    expect(plain.headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.bytes).equals(plain.bytes)).toBe(true);
    expect(uncompressed.bytes.equals(plain.bytes)).toBe(true);
    expect(packed.bytes.byteLength).toBeLessThan(plain.bytes.byteLength);
  });

  it("the widget's script may be cached, loaded by any site, and is not sent again if unchanged", async () => {
    const first = await fetched();
    expect(first.headers["cache-control"]).toBe("public, max-age=300");
    expect(first.headers["cross-origin-resource-policy"]).toBe("cross-origin");
    const again = await fetched({ "if-none-match": String(first.headers.etag) });
    expect([again.status, again.bytes.byteLength]).toEqual([304, 0]);
  });
});

describe("the widget's languages", () => {
  const fetchLanguage = (path: string) =>
    sendRequest(`${gateway.url}/qrlogin/v1/languages/${path}`, {
      headers: { origin: "https://unlisted.example.com" },
    });

  it("a language is readable by pages of any origin, and cached for good by its version", async () => {
    const current = await fetchLanguage(`zh.json?v=${languageVersions.zh}`);
    expect(JSON.parse(current.bytes.toString())).toEqual(zh);
    expect(current.headers).toMatchObject({
      "access-control-allow-origin": "*",
      "cache-control": "public, max-age=31536000, immutable",
      "content-type": "application/json; charset=utf-8",
    });
  });

  it.each(["zh.json?v=00000000", "zh.json"])("%s, of another version, is kept for minutes", async (path) => {
    const other = await fetchLanguage(path);
    expect(JSON.parse(other.bytes.toString())).toEqual(zh);
    expect(other.headers["cache-control"]).toBe("public, max-age=300");
  });
});
