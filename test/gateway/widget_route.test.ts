import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
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
