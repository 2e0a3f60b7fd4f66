import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  newContext,
  openWidgetPage,
  type PageResources,
  startWidgetEnvironment,
  useChromium,
} from "./widget_environment.js";

useChromium();

const root = fileURLToPath(new URL("../../", import.meta.url));

const html = `<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
<div id="app"></div><script src="/page.js"></script></html>`;

/** Bundles the script of a page as a site's bundler does, for development: StrictMode mounts twice there. */
async function bundle(contents: string, platform: "browser" | "node" = "browser"): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: `${root}examples/widget`, loader: "tsx" },
    alias: { "qrlogin/widget": `${root}src/widget/index.ts` },
    define: { "process.env.NODE_ENV": '"development"' },
    ...{ bundle: true, write: false, jsx: "automatic", platform },
    ...{ format: platform === "node" ? "cjs" : "iife", logLevel: "error" },
  });
  return outputFiles[0]?.text ?? "";
}

async function startShop(script: string) {
  const environment = await startWidgetEnvironment();
  const gateway = await environment.gateway({
    onSignIn: ({ user }) => ({ nickname: user?.nickname }),
    extend: async (server) => {
      server.get("/", async (_request, reply) => reply.type("text/html").send(html));
      server.get("/page.js", async (_request, reply) => reply.type("text/javascript").send(script));
    },
  });
  const widget = await openWidgetPage(await newContext(), gateway.url);
  const countCreated = () =>
    environment.server.lines.filter(({ method }) => method === "CreateTicket").length;
  return { environment, gateway, widget, countCreated };
}

/** Page with a wrapper whose options the test renders with `show(options)`, and removes with `hide()`. */
const rendered = {
  React: `import { StrictMode } from "react";
    import { flushSync } from "react-dom";
    import { createRoot } from "react-dom/client";
    import { QrLogin } from "./react/QrLogin.js";
    const root = createRoot(document.getElementById("app"));
    globalThis.show = (options) => root.render(<StrictMode><QrLogin {...options} /></StrictMode>);
    globalThis.hide = () => flushSync(() => root.render(null));`,
  Vue: `import { createApp, h, shallowRef } from "vue";
    import { QrLogin } from "./vue/QrLogin.js";
    const shown = shallowRef();
    createApp(() => shown.value && h(QrLogin, shown.value)).mount("#app");
    globalThis.show = ({ onError, onCancel, onSuccess, ...options }) =>
      (shown.value = { options, onError, onCancel, onSuccess });
    globalThis.hide = () => (shown.value = undefined);`,
};
const frameworks = Object.entries(rendered);

describe.skipIf(!hasChromium)(`the wrappers of examples/widget, in Chromium${withoutChromium}`, () => {
  it.each([
    ["React, in StrictMode", "react/main.tsx"],
    ["Vue", "vue/main.ts"],
  ])("the page with %s signs a user in, with one ticket", async (_name, entry) => {
    const { environment, widget, countCreated } = await startShop(await bundle(`import "./${entry}";`));
    const text = await widget.readCode("app");
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    // The page's own paragraph, since the widget greets her too, as soon as she has scanned.
    await widget.page.locator("#app > p", { hasText: "Hello, alice-nick" }).waitFor();
    expect(countCreated()).toBe(1);
    expect(await widget.page.locator(".box").count()).toBe(0);
  });

  it.each(frameworks)("the %s wrapper leaves nothing behind when it is removed", async (_name, script) => {
    const { widget } = await startShop(await bundle(script));
    const before = await widget.evaluate<PageResources>("countResources()");
    await widget.evaluate(`show({ appId: "shop" })`);
    await widget.readCode("app");
    const withdrawn = widget.page.waitForResponse(/\/withdraw$/);
    // In one go, since a widget that is only removed from the page stops by itself within a second.
    const after = await widget.evaluate("hide(), Promise.resolve().then(countResources)");
    expect(after).toEqual(before);
    expect((await withdrawn).status()).toBe(200);
  });

  it.each(frameworks)(
    "the %s wrapper calls the latest callback, and starts again for a new value only",
    async (_name, script) => {
      const { environment, widget, countCreated } = await startShop(await bundle(script));
      await widget.evaluate(`show({ appId: "shop", onCancel: () => recordCall("first", []) })`);
      const text = await widget.readCode("app");
      await widget.evaluate(`show({ appId: "shop", onCancel: () => recordCall("second", []) })`);
      await environment.alice.scan(text);
      await environment.alice.decline(text);
      await widget.waitForCall("second");
      expect(widget.callsOf("first")).toEqual([]);
      expect(countCreated()).toBe(1);
      await widget.evaluate(
        `show({ appId: "no-such-app", onError: (...error) => recordCall("onError", error) })`,
      );
      expect(await widget.waitForCall("onError")).toEqual([expect.any(String), "APP_UNKNOWN"]);
    },
  );
});

describe("the wrappers of examples/widget on a server that renders pages", () => {
  it.each([
    [
      "React",
      `import { renderToString } from "react-dom/server";
       import { QrLogin } from "./react/QrLogin.js";
       module.exports = renderToString(<QrLogin appId="shop" />);`,
    ],
    [
      "Vue",
      `import { createSSRApp, h } from "vue";
       import { renderToString } from "vue/server-renderer";
       import { QrLogin } from "./vue/QrLogin.js";
       module.exports = renderToString(createSSRApp(() => h(QrLogin, { options: { appId: "shop" } })));`,
    ],
  ])("the %s wrapper renders an empty element without a document", async (_name, contents) => {
    const script = await bundle(contents, "node");
    const module: { exports: unknown } = { exports: undefined };
    new Function("require", "module", script)(createRequire(import.meta.url), module);
    expect(await module.exports).toBe("<div></div>");
  });
});
