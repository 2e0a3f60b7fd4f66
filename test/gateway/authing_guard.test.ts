import { describe, expect, it } from "vitest";
import type { GatewayApp } from "../../src/gateway/index.js";
import { appSecrets } from "../support/server.js";
import { call } from "./authing_calls.js";
import { openBrowser } from "./browser.js";
import { gateway, restartGateway, setUpGateway } from "./setup.js";

const shop: Partial<GatewayApp> = {
  name: "Example Shop",
  logo: "https://img.example.com/shop.png",
  origins: ["https://shop.example.com"],
};
setUpGateway({ gateway: { appOptions: { shop } } });

const configPath = (app: string, name = "public-config") => `/api/v2/applications/${app}/${name}`;
const pageConfig = "components-public-config/guard";
const listed = { origin: "https://shop.example.com", "sec-fetch-site": "cross-site" };

describe("the configuration that Guard reads", () => {
  it("Guard's public-config has the app's name and logo, and a code for the app as the only way in", async () => {
    const answer = await call(configPath("shop"), undefined, listed);
    expect(answer).toMatchObject({ http: 200, code: 200, message: expect.any(String) });
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      "access-control-allow-origin": listed.origin,
      "access-control-allow-credentials": "true",
    });
    expect(answer.data).toMatchObject({
      id: "shop",
      name: "Example Shop",
      logo: "https://img.example.com/shop.png",
      cdnBase: gateway.url,
      loginTabs: { list: ["app-qrcode"], default: "app-qrcode" },
      qrCodeSortConfig: { loginMethodsSort: ["app-qrcode"] },
    });
  });

  it("Guard's public-config names no host but the gateway's and the logo's, and discloses nothing else", async () => {
    const { text, data } = await call(configPath("shop"));
    const hosts = (text.match(/https?:\/\/[^"/]+/g) ?? []).toSorted();
    expect(hosts).toEqual([gateway.url, "https://img.example.com"].toSorted());
    expect(text).not.toContain(appSecrets.shop);
    const values = (value: unknown): unknown[] =>
      typeof value === "object" && value !== null ? Object.values(value).flatMap(values) : [value];
    const { id, name, logo, cdnBase, loginTabs, qrCodeSortConfig, ...rest } = data;
    // What does not exist here is empty or off.
    expect(new Set(values(rest))).toEqual(new Set(["", false]));
  });

  it("Guard's public-config is empty where the app has no name and logo, and has a path as a URL", async () => {
    expect((await call(configPath("blog"))).data).toMatchObject({ name: "", logo: "" });
    await restartGateway({ appOptions: { blog: { logo: "/logo.png" } } });
    expect((await call(configPath("blog"))).data.logo).toBe(`${gateway.url}/logo.png`);
  });

  it("Guard's texts are in the language of the browser, and the user can choose another", async () => {
    const { code, data } = await call(configPath("shop", pageConfig), undefined, listed);
    expect([code, data]).toEqual([200, { global: { defaultLanguage: "browser", showChangeLanguage: true } }]);
  });

  it.each(["public-config", pageConfig])(
    "%s is for pages of listed origins and for known apps",
    async (name) => {
      expect(await call(configPath("nobody", name))).toMatchObject({ http: 200, code: 2011 });
      // Listed by another app.
      expect(await call(configPath("blog", name), undefined, listed)).toMatchObject({ http: 403, code: 403 });
      const foreign = { ...listed, origin: "https://foreign.example.com" };
      expect(await call(configPath("shop", name), undefined, foreign)).toMatchObject({
        http: 403,
        code: 403,
      });
    },
  );

  it("Guard's calls are rate-limited with the other calls of the address", async () => {
    await restartGateway({ limits: { callsPerMinute: 2 } });
    expect((await call(configPath("shop"))).code).toBe(200);
    expect((await call(configPath("shop", pageConfig))).code).toBe(200);
    expect((await call(configPath("shop"))).code).toBe(429);
  });

  it("Guard's icons may be read by every page and cached, and need no exception in a page's policy", async () => {
    const browser = openBrowser(gateway.url);
    const answer = await browser.get("/svg-string/guard?v=1", { origin: "https://any.example.com" });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      "content-type": "image/svg+xml",
      "cache-control": "public, max-age=3600",
      "access-control-allow-origin": "*",
    });
    expect(answer.text.match(/id="[^"]+"/g)).toEqual([
      'id="authing-checkbox-circle-fill"',
      'id="authing-refer-qr-code"',
      'id="authing-arrow-down-s-fill"',
      'id="authing-close-line"',
    ]);
    expect(answer.text).not.toMatch(/style|script|href/);
  });

  it("Guard's calls do not exist without the Authing API", async () => {
    await restartGateway({ authingApi: false });
    const browser = openBrowser(gateway.url);
    for (const path of [configPath("shop"), configPath("shop", pageConfig), "/svg-string/guard"])
      expect((await browser.get(path)).status, path).toBe(404);
  });
});
