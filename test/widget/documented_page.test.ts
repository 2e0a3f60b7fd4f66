import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { newContext, openWidgetPage, startWidgetEnvironment, useChromium } from "./widget_environment.js";

useChromium();

const guide = readFileSync(new URL("../../docs/widget.md", import.meta.url), "utf8");
const documentedPage = /```html\n(?<page>.*?)```/s.exec(guide)?.groups?.page ?? "";

describe.skipIf(!hasChromium)(`the page of docs/widget.md, in Chromium${withoutChromium}`, () => {
  it("the documented page has twenty lines and signs a user in", async () => {
    expect(documentedPage.trim().split("\n")).toHaveLength(20);
    const environment = await startWidgetEnvironment();
    const gateway = await environment.gateway({
      onSignIn: ({ user }) => ({ nickname: user?.nickname }),
      extend: async (server) => {
        server.get("/", async (_request, reply) => reply.type("text/html").send(documentedPage));
      },
    });
    const widget = await openWidgetPage(await newContext(), gateway.url);
    const text = await widget.readCode();
    await environment.alice.scan(text);
    await environment.alice.agree(text);
    await widget.page.waitForFunction(`document.body.lastChild.textContent === "Hello, alice-nick"`);
  });
});
