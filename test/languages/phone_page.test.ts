import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createFileRegistry, fromBinary, fromJson } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { type ErrorReason, errorReasons, TicketError } from "../../src/domain/ticket_error.js";
import { errorDomain, statusByReason } from "../../src/server/messages/errors.js";
import { startDemo } from "../support/demo_fixture.js";
import { startProcess } from "../support/process.js";
import { findTool } from "../support/tools.js";
import { messages, page, renderPage, type Text } from "./phone_page.js";

const proto = readFileSync(new URL("../../proto/qrlogin/v1/qr_login_service.proto", import.meta.url), "utf8");

/** Returns the reasons that the comment above a line of the proto names. */
function reasonsAbove(line: string): string[] {
  const [, comment = ""] = new RegExp(`((?:^ *//.*\n)+)^ *${line}`, "m").exec(proto) ?? [];
  expect(comment).not.toBe("");
  return errorReasons.filter((reason) => new RegExp(`\\b${reason}\\b`).test(comment));
}

/** Names of the texts that the files of the demo phone use, such as `screen.approve`. */
function usedTextNames(): string[] {
  const folder = new URL("../../src/demo/pages/phone/", import.meta.url);
  const files = readdirSync(folder, { encoding: "utf8", recursive: true }).filter((file) =>
    /\.(js|html)$/.test(file),
  );
  const code = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
  const names = [...code.matchAll(/"((?:screen|demo)\.\w+)"/g)].map(([, name = ""]) => name);
  // These are in an expression: the items of the requester context.
  const items = ["ipAddress", "deviceName", "userAgent", "location"].map((name) => `screen.${name}`);
  return [...new Set([...names, ...items])].sort();
}

describe("docs/phone.md", () => {
  it("docs/phone.md shows the messages and the sources as they are in the repository", async () => {
    // `npx vitest run test/languages/phone_page -u` writes them.
    await expect(renderPage()).toMatchFileSnapshot("../../docs/phone.md");
  });

  it("docs/phone.md shows responses and an error that the proto can read", () => {
    const descriptors = readFileSync(new URL("../../gen/qrlogin.binpb", import.meta.url));
    const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));
    const [scanned, approved, error] = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = ""]) =>
      JSON.parse(json),
    );
    for (const [name, response] of Object.entries({
      MarkScannedResponse: scanned,
      AuthorizeResponse: approved,
    })) {
      const schema = registry.getMessage(`qrlogin.v1.${name}`);
      if (!schema) throw new Error(`the proto has no ${name}`);
      // Rejects fields that the proto does not have.
      fromJson(schema, response);
      expect(Object.keys(response).sort()).toEqual(schema.fields.map(({ jsonName }) => jsonName).sort());
    }
    const [info] = error.details;
    const { reason } = info.debug as { reason: ErrorReason };
    expect(error.message).toBe(new TicketError(reason).message);
    expect(info.debug.domain).toBe(errorDomain);
  });
});

describe("the commands of docs/phone.md", () => {
  const curl = findTool("curl", () =>
    spawnSync("curl", ["--version"]).status === 0 ? undefined : "curl is not installed",
  );

  it.skipIf(!curl.isUsable)(
    `the commands show who is asking, approve, and end with the reason of an error${curl.skipNote}`,
    async () => {
      const demo = await startDemo();
      const [, commands = ""] = /^```sh\n(.*?)^```$/ms.exec(page) ?? [];
      const script = commands.replace("http://127.0.0.1:8080", demo.url);
      expect(script).toContain(demo.url);
      const { code, stdout, stderr } = await startProcess("bash", ["-euo", "pipefail", "-c", script]).exited;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const [request, approved, error] = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(request).toMatchObject({ state: "TICKET_STATE_SCANNED", app: { name: "Harbour Books" } });
      expect(approved).toMatchObject({ state: "TICKET_STATE_AUTHORIZED" });
      expect(error).toMatchObject({
        code: "failed_precondition",
        details: [
          { type: "google.rpc.ErrorInfo", debug: { reason: "TICKET_ALREADY_AUTHORIZED" } },
          { type: "google.rpc.RequestInfo" },
        ],
      });
    },
  );
});

describe("the messages of the phone", () => {
  it("the messages cover exactly the reasons that the phone's three calls can have", () => {
    const lines = ["service QrLoginService", "rpc MarkScanned", "rpc Authorize", "rpc Cancel"];
    const reasons = new Set(lines.flatMap(reasonsAbove));
    // An approver's credential is a user token.
    reasons.delete("APP_UNAUTHENTICATED");
    expect(Object.keys(messages.errors).sort()).toEqual([...reasons, "UNREACHABLE", "UNKNOWN"].sort());
  });

  it("the next step is a repetition exactly after errors that pass by themselves", () => {
    for (const [reason, { next }] of Object.entries(messages.errors)) {
      expect(["scan", "repeat", "signIn", "stop"]).toContain(next);
      const known = errorReasons.find((one) => one === reason);
      const passes = known ? statusByReason[known].retryAfter !== undefined : reason === "UNREACHABLE";
      expect([reason, next === "repeat"]).toEqual([reason, passes || reason === "INTERNAL"]);
    }
  });

  it("every text exists in both languages, with the same values", () => {
    for (const group of [messages.errors, messages.screen, messages.demo]) {
      for (const [name, { en, zh }] of Object.entries<Text>(group)) {
        const valuesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
        expect([name, valuesIn(zh)]).toEqual([name, valuesIn(en)]);
        expect([name, en.length > 0, zh.length > 0]).toEqual([name, true, true]);
      }
    }
  });

  it("the demo phone uses every text, and no text that does not exist", () => {
    const names = (["screen", "demo"] as const).flatMap((group) =>
      Object.keys(messages[group]).map((name) => `${group}.${name}`),
    );
    expect(usedTextNames()).toEqual(names.sort());
  });
});
