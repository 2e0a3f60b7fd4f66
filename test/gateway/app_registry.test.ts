import { describe, expect, it } from "vitest";
import { createAppRegistry } from "../../src/gateway/access/app_registry.js";

const shop = { id: "shop", secret: "one", origins: ["https://shop.example.com"] };

describe("the apps of a gateway, once they are replaced", () => {
  it("are the new ones, and the first of them is used for a page that names none", () => {
    const registry = createAppRegistry([shop]);
    const commit = registry.prepareReplacement([{ ...shop, id: "blog", origins: [] }, shop]);
    expect(registry.resolve(undefined).id).toBe("shop");
    commit();
    expect(registry.resolve(undefined).id).toBe("blog");
    expect(registry.all.map(({ id }) => id)).toEqual(["blog", "shop"]);
  });

  it("have the new secret also where an app is still in use, as by an open watch that reconnects", () => {
    const registry = createAppRegistry([shop]);
    const { credentials } = registry.resolve("shop");
    registry.prepareReplacement([{ ...shop, secret: "two" }])();
    expect(credentials).toEqual({ appId: "shop", appSecret: "two" });
    expect(registry.resolve("shop").credentials.appSecret).toBe("two");
  });

  it("keep the secret of a removed app for what is still in use, and do not find it", () => {
    const registry = createAppRegistry([shop]);
    const { credentials } = registry.resolve("shop");
    registry.prepareReplacement([{ ...shop, id: "blog" }])();
    expect(credentials.appSecret).toBe("one");
    expect(registry.find("shop")).toBeUndefined();
  });

  it("stay as they were if there would be none", () => {
    const registry = createAppRegistry([shop]);
    expect(() => registry.prepareReplacement([])).toThrow(TypeError);
    expect(registry.find("shop")).toBeDefined();
  });
});
