import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CommandEnvironment } from "../../src/cli/commands.js";
import { logIdOf, sha256Hex } from "../../src/domain/secrets.js";
import { callersOf, createTestTicket } from "../support/callers.js";
import { temporaryFile } from "../support/config_files.js";
import { runInProcess } from "../support/run_command.js";
import { startTestServer, type TestServer } from "../support/server.js";

const adminSecret = "secret-of-the-operators";
const admins = [{ id: "ops", secretSha256: sha256Hex(adminSecret) }];

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { admins } });
});
afterAll(() => server.stop());

/** Runs a command as the administrator. Each line of its output ends with a line break. */
async function run(
  words: readonly string[],
  env: CommandEnvironment["env"] = { QRLOGIN_ADMIN_SECRET: adminSecret },
) {
  const { code, stdout, stderr } = await runInProcess(words, env);
  const withEnd = (text: string) => (text === "" ? "" : `${text}\n`);
  return { code, stdout: withEnd(stdout), stderr: withEnd(stderr) };
}

const signIns = (command: string, ...words: readonly string[]) =>
  run(["sign-ins", command, "--address", server.address, "--admin", "ops", ...words]);

const withoutTimes = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");

describe("sign-ins", () => {
  it("disables sign-ins of an app and of a user pool, lists them, and enables them again", async () => {
    expect(await signIns("list")).toEqual({ code: 0, stdout: "no sign-ins are disabled\n", stderr: "" });
    expect(await signIns("disable", "--app", "shop", "--note", "codes in mails")).toEqual({
      ...{ code: 0, stdout: "sign-ins of the app shop are disabled\n", stderr: "" },
    });
    expect((await signIns("disable", "--user-pool", "staff")).stdout).toBe(
      "sign-ins of the user pool staff are disabled\n",
    );
    const { stdout } = await signIns("list");
    expect(withoutTimes(stdout)).toBe(
      "app shop         TIME  ops  codes in mails\nuser pool staff  TIME  ops\n",
    );
    // The user pool of an app may be disabled as well, so the commands say what is left.
    const rest = "still disabled:\nuser pool staff  TIME  ops\n";
    for (const result of ["are enabled", "were not disabled"]) {
      const enabled = await signIns("enable", "--app", "shop");
      expect(withoutTimes(enabled.stdout)).toBe(`sign-ins of the app shop ${result}\n${rest}`);
    }
    expect((await signIns("enable", "--user-pool", "staff")).stdout).toBe(
      "sign-ins of the user pool staff are enabled\n",
    );
  });

  it.each([
    ["an unknown app", ["disable", "--app", "nobody"], /^qrlogin: .*app_id must be the id of an app/],
    ["no target", ["disable"], /^qrlogin: name an app with --app, or a user pool with --user-pool\n$/],
    ["a file that is missing", ["list", "--ca-file", "/nowhere/ca.pem"], /^qrlogin: .*\/nowhere\/ca\.pem/],
  ])("prints one line for %s, and exits with 1", async (_, [command = "", ...words], line) => {
    const { code, stdout, stderr } = await signIns(command, ...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  it("takes the secret from the environment alone, and never prints it", async () => {
    const words = ["sign-ins", "list", "--address", server.address, "--admin", "ops"];
    expect(await run(words, {})).toEqual({
      ...{ code: 1, stdout: "" },
      stderr:
        "qrlogin: set QRLOGIN_ADMIN_SECRET to the secret of the administrator, or QRLOGIN_ADMIN_SECRET_FILE to a " +
        "file that has it\n",
    });
    const wrong = await run(words, { QRLOGIN_ADMIN_SECRET: "not-the-secret" });
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toMatch(
      /^qrlogin: .*ADMIN_UNAUTHENTICATED: a valid administrator credential is required\n$/,
    );
    expect((await run([...words, "--secret", adminSecret])).code).toBe(2);
  });

  it.each([
    ["two targets", ["disable", "--app", "shop", "--user-pool", "staff"]],
    ["an unknown command", ["destroy"]],
  ])("rejects a command line with %s, and exits with 2", async (_, [command = "", ...words]) => {
    expect(await signIns(command, ...words)).toMatchObject({ code: 2, stdout: "" });
  });

  it("requires an administrator", async () => {
    const { code, stderr } = await run(["sign-ins", "list"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "error: required option '--admin <id>' not specified\n(see npm run --silent qrlogin -- --help)\n",
    });
  });
});

describe("tickets show", () => {
  async function createTicket(): Promise<string> {
    const { ticketId } = await createTestTicket(callersOf(server.client).app("shop"));
    return ticketId;
  }
  const show = (ticket: string, ...words: readonly string[]) =>
    run(["tickets", "show", ticket, "--address", server.address, "--admin", "ops", ...words]);

  it("prints the state of a ticket by its hash in the log, as text and as JSON", async () => {
    const ticketId = await createTicket();
    const hash = logIdOf(ticketId);
    const { code, stdout, stderr } = await show(hash);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8");
    const [, sample = ""] = /```text\n(ticket .*?)```/s.exec(document) ?? [];
    const withoutValues = (text: string) => withoutTimes(text).replace(/^(ticket +)\S+/, "$1HASH");
    expect(withoutValues(stdout)).toBe(withoutValues(sample));
    expect(JSON.parse((await show(ticketId, "--json")).stdout)).toMatchObject({
      ...{ ticket: hash, state: "PENDING", app: "shop", writes: 1, scanned: false },
    });
  });

  it("takes a hash that begins with a hyphen for no option", async () => {
    for (const hash of ["-bcdefghijkl", "--cdefghijkl", "-hcdefghijkl"]) {
      expect((await show(hash)).stderr).toBe(
        "qrlogin: NOT_FOUND: TICKET_NOT_FOUND: there is no such ticket\n",
      );
    }
    expect((await show("--no-such-option")).code).toBe(2);
  });

  it("takes the secret from a file, and says that a ticket is unknown", async () => {
    const file = temporaryFile("secret", `${adminSecret}\n`);
    const unknown = await run(
      ["tickets", "show", "a".repeat(12), "--address", server.address, "--admin", "ops"],
      { QRLOGIN_ADMIN_SECRET_FILE: file },
    );
    expect(unknown).toEqual({
      ...{ code: 1, stdout: "" },
      stderr: "qrlogin: NOT_FOUND: TICKET_NOT_FOUND: there is no such ticket\n",
    });
  });
});
