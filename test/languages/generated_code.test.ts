import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { callersOf, responseOrThrow } from "../support/callers.js";
import { type EnvironmentVariables, startProcess } from "../support/process.js";
import { python } from "../support/python.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
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
    expect([...sections.keys()].sort()).toEqual([...languages.map(({ title }) => title), "Swift"].sort());
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
});
