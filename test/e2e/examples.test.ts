import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createAppClient, QrImageFormat, TicketState } from "../../src/client/index.js";
import { type Ended, freePorts, readyAddress, run, runQrlogin } from "../support/process.js";

const example = (name: string, ...words: string[]) =>
  run(process.execPath, ["--import", "tsx", `examples/${name}.ts`, ...words]);

/** The phone example, with these keys typed. */
function phone(typed: string, ...words: string[]): Promise<Ended> {
  const command = 'typed=$1; shift; printf "$typed" | "$0" --import tsx examples/phone.ts "$@"';
  return run("sh", ["-c", command, process.execPath, typed, ...words]).ended;
}

let address: string;

beforeEach(async () => {
  address = await readyAddress(runQrlogin(["serve"], freePorts));
});

describe("the examples", () => {
  it("show a whole login by one command, on a server of their own", async () => {
    const { code, stdout } = await run("npm", ["run", "--silent", "example"]).ended;
    expect(stdout).toMatch(/PENDING[\s\S]*SCANNED by Alice[\s\S]*AUTHORIZED by Alice[\s\S]*userId: 'alice'/);
    expect(code).toBe(0);
  });

  it("sign in on the website what the phone has scanned as text and agreed to", async () => {
    const website = example("website", "--address", address);
    const command = await website.line("npm run phone -- ");
    const qrContent = /'(.*)'/.exec(command)?.[1] ?? "";
    const end = await phone("y\\n", qrContent, "--user", "bob", "--address", address);
    expect(end.stdout).toContain("Harbour Books asks you to sign in");
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining("Signed in as bob.") });
    const { code, stdout } = await website.ended;
    expect(stdout).toContain("userId: 'bob'");
    expect(code).toBe(0);
  });

  it("scan the picture of a code, and cancel for a person who says no or goes away", async () => {
    const folder = await mkdtemp(join(tmpdir(), "qrlogin-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const client = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
    onTestFinished(() => client.close());
    for (const typed of ["n\\n", ""]) {
      const ticket = await client.createTicket({ qrImage: { format: QrImageFormat.PNG } });
      const file = join(folder, "code.png");
      writeFileSync(file, ticket.qrImage?.data ?? "");
      const end = await phone(typed, file, "--address", address);
      expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining("Refused.") });
      const { status } = await client.getStatus(ticket);
      expect(status?.state).toBe(TicketState.CANCELLED);
    }
  });

  it("say in one line why a code cannot be used", async () => {
    const end = await phone("", "not one of our codes", "--address", address);
    expect(end).toMatchObject({ code: 1, stderr: expect.stringContaining("(QR_CONTENT_INVALID)") });
    expect(end.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("stream the status to a page as server-sent events, and never the secret", async () => {
    const bff = example("bff", "--address", address, "--port", "0");
    const [url = ""] = /http:\S+/.exec(await bff.line("Open http")) ?? [];
    const page = await fetch(url);
    const html = await page.text();
    expect(html).toContain("<svg");
    const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await fetch(`${url}/events`)).status).toBe(404);
    const events = await fetch(`${url}/events`, { headers: { cookie } });
    expect(events.headers.get("content-type")).toBe("text/event-stream");
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("data: PENDING\n\n");
    await reader?.cancel();
  });
});
