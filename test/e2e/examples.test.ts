import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { signDevelopmentToken } from "../../src/auth/development_identities.js";
import {
  createAppClient,
  createApproverClient,
  PhoneCapability,
  QrImageFormat,
  TicketState,
} from "../../src/client/index.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { wrongCodeFor } from "../support/callers.js";
import {
  anyPortEnvironment,
  type ProcessExit,
  readyAddress,
  startProcess,
  startQrlogin,
} from "../support/process.js";
import { programArgs } from "../support/program.js";

const example = (name: string, ...args: string[]) =>
  startProcess(process.execPath, [...programArgs(`examples/${name}.ts`), ...args]);

/** Runs the phone example with this input. */
function phone(typed: string, ...args: string[]): Promise<ProcessExit> {
  const command = 'typed=$1; shift; printf "$typed" | "$0" "$@"';
  return startProcess("sh", [
    "-c",
    command,
    process.execPath,
    typed,
    ...programArgs("examples/phone.ts"),
    ...args,
  ]).exited;
}

let address: string;

beforeEach(async () => {
  address = await readyAddress(startQrlogin(["serve"], anyPortEnvironment));
});

describe("the examples", () => {
  it("one command shows a complete login, with its own service", async () => {
    const { code, stdout } = await startProcess("npm", ["run", "--silent", "example"]).exited;
    expect(stdout).toMatch(/PENDING[\s\S]*SCANNED by Alice[\s\S]*AUTHORIZED by Alice[\s\S]*userId: 'alice'/);
    expect(code).toBe(0);
  });

  it("the website signs in the user who has scanned its code as text and approved it", async () => {
    const website = example("website", "--address", address);
    const command = await website.waitForLine("npm run phone -- ");
    const qrContent = /'(.*)'/.exec(command)?.[1] ?? "";
    const end = await phone("y\\n", qrContent, "--user", "bob", "--address", address);
    expect(end.stdout).toContain("Harbour Books asks you to sign in");
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining("Signed in as bob.") });
    const { code, stdout } = await website.exited;
    expect(stdout).toContain("userId: 'bob'");
    expect(code).toBe(0);
  });

  it("the phone reads a PNG file, and cancels when the user declines or closes the terminal", async () => {
    const folder = await mkdtemp(join(tmpdir(), "qrlogin-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const client = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
    onTestFinished(() => client.close());
    for (const typed of ["n\\n", ""]) {
      const ticket = await client.createTicket({ qrImage: { format: QrImageFormat.PNG } });
      const file = join(folder, "code.png");
      writeFileSync(file, ticket.qrImage?.data ?? "");
      const end = await phone(typed, file, "--address", address);
      expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining("Declined.") });
      const { status } = await client.getStatus(ticket);
      expect(status?.state).toBe(TicketState.CANCELLED);
    }
  });

  it("the phone prints one line about why a code cannot be used", async () => {
    const end = await phone("", "not one of our codes", "--address", address);
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining("(QR_CONTENT_INVALID)") });
    expect(end.stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("the example of a backend for one frontend", () => {
  /** Starts the example. Each browser sends the cookies that it has received. */
  async function startBff(serviceAddress = address) {
    const bff = example("bff", "--address", serviceAddress, "--port", "0");
    const [url = ""] = /http:\S+/.exec(await bff.waitForLine("Open http")) ?? [];
    const openBrowser = () => {
      const cookies = new Map<string, string>();
      const call = async (path: string, method = "POST", body?: object) => {
        const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
        const json = body && { "content-type": "application/json" };
        const response = await fetch(url + path, {
          method,
          headers: { cookie, ...json },
          ...(body && { body: JSON.stringify(body) }),
        });
        for (const line of response.headers.getSetCookie()) {
          const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          cookies.set(name, value);
        }
        return response;
      };
      return {
        cookies,
        call,
        json: async (path: string, method?: string) => (await call(path, method)).json(),
      };
    };
    return { bff, url, openBrowser };
  }

  /** Starts a service whose policy needs a check code. */
  const startCheckingService = () =>
    readyAddress(
      startQrlogin(["serve"], { ...anyPortEnvironment, QRLOGIN_POLICY_CHECK_CODE_MODE: "always" }),
    );

  /** Approves as alice. Resolves with the check code that her phone shows. */
  async function approve(ticketId: string, serviceAddress = address): Promise<string> {
    const token = () => signDevelopmentToken("alice", Date.now());
    const client = createApproverClient({ address: serviceAddress, token });
    const capabilities = [PhoneCapability.CHECK_CODE];
    await client.markScanned({ scanned: { $case: "ticketId", value: ticketId }, capabilities });
    const { checkCode } = await client.authorize({ ticketId });
    client.close();
    return checkCode;
  }

  it("streams the status as JSON, exchanges once for two tabs, and starts a new session", async () => {
    const { bff, openBrowser } = await startBff();
    const { call, json, cookies } = openBrowser();
    const { ticketId, svg } = (await json("/sign-in")) as { ticketId: string; svg: string };
    expect(svg).toContain("<svg");
    const events = await call(`/sign-in/events?ticketId=${ticketId}`, "GET");
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    const early = await call(`/sign-in/complete?ticketId=${ticketId}`);
    expect(early.status).toBe(409);
    await approve(ticketId);
    // The stream ends by itself, since it cannot set a cookie.
    const chunks = (await events.text()).split("\n\n").filter(Boolean);
    const states = chunks.map((one) => JSON.parse(one.replace(/^data: /, "")) as object);
    expect(states.at(0)).toEqual({ state: "PENDING" });
    expect(states.at(-1)).toEqual({ state: "AUTHORIZED", nickname: "Alice" });
    cookies.set("session", "planted-before-the-sign-in");
    const complete = () => call(`/sign-in/complete?ticketId=${ticketId}`);
    const [first, second] = await Promise.all([complete(), complete()]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(first.headers.get("set-cookie")).toMatch(
      /^session=[\w-]{43}; Max-Age=28800; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(await json("/session", "GET")).toEqual({ nickname: "Alice" });
    // EventSource reconnects until the response is 204.
    const last = await call(`/sign-in/events?ticketId=${ticketId}`, "GET");
    expect(await last.text()).toBe('data: {"state":"EXCHANGED"}\n\n');
    expect((await call(`/sign-in/events?ticketId=${ticketId}`, "GET")).status).toBe(204);
    await call("/sign-out");
    expect(await json("/session", "GET")).toEqual({ nickname: null });
    // An open stream does not delay the shutdown.
    const { ticketId: next } = (await json("/sign-in")) as { ticketId: string };
    const open = await call(`/sign-in/events?ticketId=${next}`, "GET");
    bff.kill("SIGTERM");
    await open.text().catch(() => {});
    expect(await bff.exited).toMatchObject({ code: 0, stderr: "" });
  });

  it("asks for the check code where the policy needs one, and completes the sign-in only after the right one", async () => {
    const checking = await startCheckingService();
    const { openBrowser } = await startBff(checking);
    const { call, json } = openBrowser();
    const { ticketId } = (await json("/sign-in")) as { ticketId: string };
    const events = await call(`/sign-in/events?ticketId=${ticketId}`, "GET");
    const checkCode = await approve(ticketId, checking);
    expect((await call(`/sign-in/complete?ticketId=${ticketId}`)).status).toBe(409);
    const submit = async (digits: string, by = call) =>
      (await by(`/sign-in/check-code?ticketId=${ticketId}`, "POST", { checkCode: digits })).status;
    expect(await submit(checkCode, openBrowser().call)).toBe(404);
    expect(await submit("12")).toBe(400);
    expect(await submit(wrongCodeFor(checkCode))).toBe(400);
    expect(await submit(checkCode)).toBe(200);
    const text = await events.text();
    const last = {
      state: "AWAITING_CHECK_CODE",
      nickname: "Alice",
      checkCode: { digits: 6, attemptsLeft: 2 },
    };
    expect(text).toContain(`data: ${JSON.stringify(last)}\n\n`);
    expect(text).not.toContain(checkCode);
    expect((await call(`/sign-in/complete?ticketId=${ticketId}`)).status).toBe(200);
    expect(await submit(checkCode)).toBe(409);
    expect(await json("/session", "GET")).toEqual({ nickname: "Alice" });
  });

  it("allows only the browser that started a sign-in to watch and complete it", async () => {
    const { openBrowser } = await startBff();
    const [attacker, victim, third] = [openBrowser(), openBrowser(), openBrowser()];
    const { ticketId } = (await attacker.json("/sign-in")) as { ticketId: string };
    await victim.call("/sign-in");
    await approve(ticketId);
    for (const { call, json } of [victim, third]) {
      expect((await call(`/sign-in/events?ticketId=${ticketId}`, "GET")).status).toBe(204);
      const response = await call(`/sign-in/complete?ticketId=${ticketId}`);
      expect([response.status, response.headers.get("set-cookie")]).toEqual([404, null]);
      expect(await json("/session", "GET")).toEqual({ nickname: null });
    }
    expect((await attacker.call(`/sign-in/complete?ticketId=${ticketId}`)).status).toBe(200);
  });

  it.skipIf(!hasChromium)(`the page signs in, signs out and shows a new code${withoutChromium}`, async () => {
    const { url } = await startBff();
    const chromium = await sharedChromium();
    const page = await (await newBrowser(chromium)).newPage();
    const errors: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && errors.push(message.text())));
    const startSignIn = async (act: () => Promise<unknown>) => {
      const response = page.waitForResponse("**/sign-in");
      await act();
      const { ticketId } = (await (await response).json()) as { ticketId: string };
      await page.getByText("Scan the code with your app").waitFor();
      return ticketId;
    };
    const declined = await startSignIn(() => page.goto(url));
    const client = createApproverClient({
      address,
      token: () => signDevelopmentToken("alice", Date.now()),
    });
    onTestFinished(() => client.close());
    await client.markScanned({ scanned: { $case: "ticketId", value: declined } });
    await page.getByText("Hello, Alice.").waitFor();
    await client.cancel({ ticketId: declined });
    await page.getByText("Declined on the phone").waitFor();
    await approve(await startSignIn(() => page.getByRole("button", { name: "New code" }).click()));
    await page.getByText("Welcome, Alice").waitFor();
    await startSignIn(() => page.getByRole("button", { name: "Sign out" }).click());
    expect(errors).toEqual([]);
  });

  it.skipIf(!hasChromium)(
    `the page asks for the check code until it is right${withoutChromium}`,
    async () => {
      const checking = await startCheckingService();
      const { url } = await startBff(checking);
      const page = await (await newBrowser(await sharedChromium())).newPage();
      const response = page.waitForResponse("**/sign-in");
      await page.goto(url);
      const { ticketId } = (await (await response).json()) as { ticketId: string };
      const number = page.getByRole("textbox");
      await page.getByText("Scan the code with your app").waitFor();
      expect(await number.isVisible()).toBe(false);
      const checkCode = await approve(ticketId, checking);
      const submit = async (digits: string) => {
        await number.fill(digits);
        await page.getByRole("button", { name: "Continue" }).click();
      };
      await page.getByText("Hello, Alice. Type the number that your phone shows. 3 attempts left").waitFor();
      await page.getByText("Never type a number that somebody tells you.").waitFor();
      await submit(wrongCodeFor(checkCode));
      await page.getByText("The last one was wrong; 2 attempts left").waitFor();
      expect(await number.inputValue()).toBe("");
      await submit(checkCode);
      await page.getByText("Welcome, Alice").waitFor();
    },
  );
});
