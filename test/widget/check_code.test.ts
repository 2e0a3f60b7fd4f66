import { describe, expect, it } from "vitest";
import { hasChromium, withoutChromium } from "../support/browser/chromium.js";
import { exchangeAtBackend } from "../support/browser/page_environment.js";
import type { TestGatewayOptions } from "../support/gateway.js";
import {
  newContext,
  openWidgetPage,
  startWidgetEnvironment,
  useChromium,
  type WidgetEnvironment,
  type WidgetPage,
} from "./widget_environment.js";

useChromium();

const instruction = "Type the number that your phone shows";

/** Page whose user has approved, so that it asks for the check code. */
interface Asking {
  readonly environment: WidgetEnvironment;
  readonly widget: WidgetPage;
  readonly checkCode: string;
  /** Another code of as many digits. */
  readonly wrongCode: string;
}

async function approve(environment: WidgetEnvironment, widget: WidgetPage): Promise<string> {
  const text = await widget.readCode();
  await environment.alice.scan(text);
  await widget.waitForState("scanned");
  const checkCode = await environment.alice.agree(text);
  await widget.waitForState("checkCode");
  return checkCode;
}

async function ask(gatewayOptions: TestGatewayOptions = {}, options: object = {}): Promise<Asking> {
  const environment = await startWidgetEnvironment({ checkCode: { mode: "always" } });
  const widget = await openWidgetPage(await newContext(), (await environment.gateway(gatewayOptions)).url);
  await widget.startScanning(options);
  const checkCode = await approve(environment, widget);
  return { environment, widget, checkCode, wrongCode: checkCode.replace(/^./, (digit) => `${9 - +digit}`) };
}

const fieldOf = ({ box }: WidgetPage) => box.getByLabel(/^[46] digits from your phone$/);
const buttonOf = ({ box }: WidgetPage) => box.getByRole("button", { name: "Continue" });
const focused = (widget: WidgetPage) =>
  widget.evaluate<string>(`(() => {
    const { activeElement } = document;
    return (activeElement.shadowRoot?.activeElement ?? activeElement).localName;
  })()`);

describe.skipIf(!hasChromium)(`the check code in the widget, in Chromium${withoutChromium}`, () => {
  it("a login with the right check code, which is submitted once it is complete", async () => {
    const environment = await startWidgetEnvironment({ checkCode: { mode: "always" } });
    const gateway = await environment.gateway();
    const widget = await openWidgetPage(await newContext(), gateway.url);
    await widget.startScanning();
    const checkCode = await approve(environment, widget);
    expect(checkCode).toMatch(/^\d{6}$/);
    expect(await widget.state.textContent()).toBe(`Hello, alice-nick. ${instruction}`);
    await fieldOf(widget).pressSequentially(checkCode);
    const [user, ticket] = await widget.waitForCall("onSuccess");
    expect(user).toMatchObject({ nickname: "alice-nick" });
    expect(await exchangeAtBackend(gateway, String(ticket))).toMatchObject({ code: 200 });
    expect(widget.callsOf("onCheckCode")).toEqual([[{ digits: 6, attemptsLeft: 3 }]]);
    const names = widget.calls.map(([name]) => name).filter((name) => name !== "onResult");
    expect(names).toEqual([
      ...["onStart", "onCodeShow", "onCodeLoaded", "onScanned"],
      ...["onCheckCode", "onCodeDestroyed", "onSuccess"],
    ]);
  });

  it("a wrong check code is cleared and says how many attempts are left, and the right one still signs in", async () => {
    const { widget, checkCode, wrongCode } = await ask();
    await fieldOf(widget).fill(wrongCode);
    await widget.state.getByText("This number is wrong. Attempts left: 2").waitFor();
    expect(await fieldOf(widget).inputValue()).toBe("");
    expect(await fieldOf(widget).getAttribute("aria-invalid")).toBe("true");
    expect(await focused(widget)).toBe("input");
    await widget.page.keyboard.type(checkCode);
    await widget.waitForCall("onSuccess");
    expect(widget.callsOf("onCheckCode")).toEqual([
      [{ digits: 6, attemptsLeft: 3 }],
      [{ digits: 6, attemptsLeft: 2 }],
    ]);
  });

  it("the third wrong check code ends the login, and the widget offers a new code", async () => {
    const { environment, widget, wrongCode } = await ask();
    for (const attemptsLeft of [2, 1]) {
      await fieldOf(widget).fill(wrongCode);
      await widget.state.getByText(`Attempts left: ${attemptsLeft}`).waitFor();
    }
    await fieldOf(widget).fill(wrongCode);
    const call = ["the check code was wrong too often", "CHECK_CODE_FAILED"];
    expect(await widget.waitForCall("onError")).toEqual(call);
    expect(await widget.state.textContent()).toBe("The number was wrong too often");
    expect(await fieldOf(widget).isVisible()).toBe(false);
    // The focus stays in the widget, so that the next Tab is at the button.
    expect(await focused(widget)).toBe("div");
    await widget.page.keyboard.press("Tab");
    expect(await focused(widget)).toBe("button");
    await widget.page.keyboard.press("Enter");
    await fieldOf(widget).waitFor({ state: "hidden" });
    const checkCode = await approve(environment, widget);
    expect(await fieldOf(widget).inputValue()).toBe("");
    await fieldOf(widget).fill(checkCode);
    await widget.waitForCall("onSuccess");
  });

  it("a check code that cannot be sent stays in the field, and the button or Enter submits it again", async () => {
    const { widget, checkCode } = await ask();
    await widget.page.route(/\/check-code$/, (route) => route.abort(), { times: 2 });
    await fieldOf(widget).fill(checkCode);
    const problem = widget.state.getByText("The number could not be checked. Try again in a moment");
    await problem.waitFor();
    expect(await fieldOf(widget).inputValue()).toBe(checkCode);
    const [second] = await Promise.all([
      widget.page.waitForEvent("requestfailed", (request) => request.url().endsWith("/check-code")),
      buttonOf(widget).click(),
    ]);
    expect(second.postDataJSON()).toMatchObject({ checkCode });
    await problem.waitFor();
    await fieldOf(widget).press("Enter");
    await widget.waitForCall("onSuccess");
    expect(widget.callsOf("onCheckCode")).toHaveLength(1);
  });

  it("the form does not change while a check code is being checked", async () => {
    const { widget, checkCode } = await ask();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let requests = 0;
    await widget.page.route(/\/check-code$/, async (route) => {
      requests++;
      await held;
      await route.continue();
    });
    await fieldOf(widget).fill(checkCode);
    await widget.state.getByText("One moment…").waitFor();
    expect(await buttonOf(widget).isDisabled()).toBe(true);
    await widget.page.keyboard.type("1");
    await widget.page.keyboard.press("Enter");
    expect(await fieldOf(widget).inputValue()).toBe(checkCode);
    release();
    await widget.waitForCall("onSuccess");
    expect(requests).toBe(1);
  });

  it.each([
    ["spaces", (digits: string) => digits.replace(/(...)/, "$1 ")],
    [
      "full-width digits",
      (digits: string) => digits.replace(/\d/g, (digit) => "０１２３４５６７８９".charAt(+digit)),
    ],
    ["a digit too many", (digits: string) => `${digits}7`],
  ])("the field takes a check code with %s", async (_title, write) => {
    const { widget, checkCode } = await ask();
    await fieldOf(widget).fill(write(checkCode));
    await widget.waitForCall("onSuccess");
  });

  it("an incomplete check code, and letters, are not submitted", async () => {
    const { widget, checkCode } = await ask();
    const requests: string[] = [];
    widget.page.on("request", (request) => requests.push(request.url()));
    await fieldOf(widget).pressSequentially(`abc${checkCode.slice(0, 5)}x`);
    await fieldOf(widget).press("Enter");
    expect(await fieldOf(widget).inputValue()).toBe(checkCode.slice(0, 5));
    expect(await buttonOf(widget).isDisabled()).toBe(true);
    expect(requests.filter((url) => url.endsWith("/check-code"))).toEqual([]);
  });

  it("the widget warns of numbers from others, and its button withdraws the code", async () => {
    const { widget } = await ask();
    expect(await fieldOf(widget).getAttribute("autocomplete")).toBe("off");
    expect(await fieldOf(widget).getAttribute("inputmode")).toBe("numeric");
    const warning =
      "Never type a number that somebody tells you. If you did not scan this code yourself, start again.";
    expect(await widget.box.getByText(warning).isVisible()).toBe(true);
    const described = await fieldOf(widget).evaluate(
      (field: {
        getAttribute(name: string): string;
        getRootNode(): { getElementById(id: string): { textContent: string } };
      }) => field.getRootNode().getElementById(field.getAttribute("aria-describedby")).textContent,
    );
    expect(described).toBe(warning);
    const handle = String(widget.callsOf("onCodeShow")[0]?.[0]);
    await widget.button.getByText("Not you? Start again").click();
    await widget.waitForState("waiting");
    expect(await widget.evaluate(`QrLogin.checkStatus(${JSON.stringify(handle)})`)).toMatchObject({
      state: "CANCELLED",
    });
  });

  it("the field is empty for each ticket, and gets the focus unless the user is in another field of the page", async () => {
    const { environment, widget } = await ask();
    expect(await focused(widget)).toBe("input");
    await widget.page.keyboard.type("12");
    await widget.evaluate(`document.body.prepend(Object.assign(document.createElement("textarea")))`);
    await widget.button.getByText("Not you? Start again").click();
    await widget.waitForState("waiting");
    await widget.page.locator("textarea").focus();
    await approve(environment, widget);
    expect(await focused(widget)).toBe("textarea");
    // The digits belonged to another ticket.
    expect(await fieldOf(widget).inputValue()).toBe("");
  });

  it("an abandoned check code expires, and the widget shows a new code", async () => {
    const { environment, widget } = await ask({}, { renewals: 1 });
    await environment.clock.advanceAsync(121_000);
    await widget.waitForCall("onCodeShow", 2);
    await widget.waitForState("waiting");
  });

  it("a page that shows the code itself asks for the check code and submits it", async () => {
    const environment = await startWidgetEnvironment({ checkCode: { mode: "always", digits: 4 } });
    const widget = await openWidgetPage(await newContext(), (await environment.gateway()).url);
    await widget.evaluate(`(async () => {
      globalThis.code = await QrLogin.geneCode({ appId: "shop" });
      QrLogin.startPolling(code.random, callbacks());
      globalThis.submit = (checkCode) => QrLogin.submitCheckCode(code.random, checkCode).then(
        ({ state }) => state, ({ reason, attemptsLeft }) => [reason, attemptsLeft]);
    })()`);
    const text = await widget.evaluate<string>("code.qrContent");
    await environment.alice.scan(text);
    const checkCode = await environment.alice.agree(text);
    expect(await widget.waitForCall("onCheckCode")).toEqual([{ digits: 4, attemptsLeft: 3 }]);
    const wrongCode = checkCode.replace(/^./, (digit) => `${9 - +digit}`);
    expect(await widget.evaluate(`submit("${wrongCode}")`)).toEqual(["CHECK_CODE_MISMATCH", 2]);
    expect(await widget.waitForCall("onCheckCode", 2)).toEqual([{ digits: 4, attemptsLeft: 2 }]);
    expect(await widget.evaluate(`submit("${checkCode}")`)).toBe("AUTHORIZED");
    await widget.waitForCall("onSuccess");
  });
});
