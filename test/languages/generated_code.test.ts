import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { callersOf, createTestTicket, responseOrThrow } from "../support/callers.js";
import { startTestGateway } from "../support/gateway.js";
import { type EnvironmentVariables, startProcess } from "../support/process.js";
import { python } from "../support/python.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { findTool } from "../support/tools.js";
import { languages, toolOf } from "./languages.js";
import { blockOf, sections } from "./page.js";

const execute = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Time-out of a command, in milliseconds. The first build of gRPC for Go takes half a minute of CPU time. */
const buildMs = 240_000;

/** Runs a shell command in a folder. Rejects with its output if it fails or exceeds {@link buildMs}. */
async function shell(folder: string, command: string): Promise<void> {
  await execute("bash", ["-euo", "pipefail", "-c", command], { cwd: folder, timeout: buildMs });
}

/** Runs the documented commands of a language in a temporary folder. Resolves with the folder. */
async function generate(title: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-languages-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(here("../../proto"), join(folder, "proto"), { recursive: true });
  await shell(folder, blockOf(title, "sh"));
  return folder;
}

/** Approves the code that the documented program prints. Resolves with the rest of its output. */
async function signInWith(
  command: string,
  args: readonly string[],
  variables: EnvironmentVariables,
): Promise<string> {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const alice = callersOf(server.client).user(await signToken("alice"));
  const program = startProcess(command, args, {
    ...variables,
    QRLOGIN_ADDRESS: server.address,
    QRLOGIN_APP_ID: "shop",
    QRLOGIN_APP_SECRET: appSecrets.shop,
  });
  const value = await program.waitForLine('"random"');
  const { ticketId } = responseOrThrow(await alice.markScanned({ $case: "qrContent", value }));
  responseOrThrow(await alice.authorize({ ticketId }));
  const { code, stdout, stderr } = await program.exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.replace(value, "").trim();
}

describe("the commands of docs/other-languages.md", { timeout: buildMs + 60_000 }, () => {
  it("the commands are tested for every language but Swift, whose plugin no distribution packages", () => {
    const others = ["Connect", "Swift"];
    expect([...sections.keys()].sort()).toEqual([...languages.map(({ title }) => title), ...others].sort());
  });

  for (const { title, tool, names, compile } of languages) {
    const use = compile ? "code that compiles and has" : "code that has";
    it.skipIf(!tool.isUsable)(
      `the commands for ${title} generate ${use} the documented names${tool.skipNote}`,
      async () => {
        const folder = await generate(title);
        for (const [file, texts] of Object.entries(names)) {
          const code = readFileSync(join(folder, "gen", file), "utf8");
          for (const text of texts) expect(code).toContain(text);
        }
        if (compile) await shell(folder, compile);
      },
    );
  }
});

describe("the programs of docs/other-languages.md", { timeout: buildMs + 60_000 }, () => {
  const [pythonTool, goTool] = [toolOf("Python"), toolOf("Go")];
  const connectGoTool = findTool("Go for Connect", () => {
    if (!goTool.isUsable) return "protoc for Go is missing";
    const download = spawnSync("go", ["mod", "download"], { cwd: new URL("connect_go", import.meta.url) });
    return download.status === 0 ? undefined : "the modules of test/languages/connect_go are missing";
  });

  it.skipIf(!pythonTool.isUsable)(
    `the program signs in with the code generated for Python${pythonTool.skipNote}`,
    async () => {
      const folder = await generate("Python");
      const file = join(folder, "sign_in.py");
      writeFileSync(file, blockOf("Python", "python"));
      const user = await signInWith(python ?? "", [file], { PYTHONPATH: join(folder, "gen") });
      expect(user).toBe("subject-of-alice");
    },
  );

  it.skipIf(!goTool.isUsable)(
    `the program signs in with the code generated for Go${goTool.skipNote}`,
    async () => {
      const folder = await generate("Go");
      cpSync(here("go"), folder, { recursive: true });
      writeFileSync(join(folder, "main.go"), blockOf("Go", "go"));
      await shell(folder, "go build -o sign_in .");
      expect(await signInWith(join(folder, "sign_in"), [], {})).toBe("subject-of-alice");
    },
  );

  it.skipIf(!connectGoTool.isUsable)(
    `the program approves with the code generated for Connect, and prints the reason of an error${connectGoTool.skipNote}`,
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "qrlogin-languages-"));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      for (const source of ["../../proto", "connect_go"]) {
        cpSync(here(source), source === "connect_go" ? folder : join(folder, "proto"), { recursive: true });
      }
      const plugin = "connectrpc.com/connect/cmd/protoc-gen-connect-go";
      await shell(folder, `go build -o bin/protoc-gen-connect-go ${plugin}`);
      await shell(folder, `PATH="$PWD/bin:$PATH"\n${blockOf("Connect", "sh")}`);
      writeFileSync(join(folder, "main.go"), blockOf("Connect", "go"));
      await shell(folder, "go build -o phone .");

      const server = await startTestServer();
      onTestFinished(() => server.stop());
      const gateway = await startTestGateway(server.address);
      onTestFinished(() => gateway.stop());
      const shop = callersOf(server.client).app("shop");
      const approve = async (text: string) => {
        const variables = { QRLOGIN_GATEWAY: gateway.url, QRLOGIN_USER_TOKEN: await signToken("alice") };
        const { code, stdout } = await startProcess(join(folder, "phone"), [text], variables).exited;
        return { code, stdout };
      };
      const { qrContent } = await createTestTicket(shop);
      expect(await approve(qrContent)).toEqual({ code: 0, stdout: "Example Shop\n" });
      expect(await approve("something else")).toEqual({ code: 1, stdout: "QR_CONTENT_INVALID\n" });
    },
  );
});
