import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createApproverClient } from "../../src/client/index.js";
import { callersOf, createTestTicket, scannedByText } from "../support/callers.js";
import { type IssuedCertificate, writeIssuedCertificate } from "../support/certificate.js";
import { startTestGateway } from "../support/gateway.js";
import { type EnvironmentVariables, type RunningProcess, startProcess } from "../support/process.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { findTool } from "../support/tools.js";
import { buildMs, createProject, here, shell } from "./commands.js";
import { firstMissing, languages } from "./languages.js";
import type { Command } from "./maven.js";
import { programs } from "./programs.js";

describe("the commands of docs/languages", { timeout: buildMs + 60_000 }, () => {
  for (const { title, commands, tool, names, compile } of languages) {
    const use = compile ? "code that compiles and has" : "code that has";
    it.skipIf(!tool.isUsable)(
      `the commands for ${title} generate ${use} the documented names${tool.skipNote}`,
      async () => {
        const folder = createProject();
        await shell(folder, `source ${here(commands)}`);
        for (const [file, texts] of Object.entries(names)) {
          const code = readFileSync(join(folder, "gen", file), "utf8");
          for (const text of texts) expect(code).toContain(text);
        }
        if (compile) await shell(folder, compile);
      },
    );
  }
});

/** Starts a program in its folder, as the app `shop`. */
function startProgram({ folder, command, args }: Command, variables: EnvironmentVariables): RunningProcess {
  const inFolder = ["-c", 'cd "$0" && exec "$@"', folder, command, ...args];
  return startProcess("bash", inFolder, {
    QRLOGIN_APP_ID: "shop",
    QRLOGIN_APP_SECRET: appSecrets.shop,
    ...variables,
  });
}

/** Runs a program and approves the code that it prints, as alice. Resolves with its other output. */
async function signInWith(command: Command, certificate?: IssuedCertificate): Promise<string> {
  const { certFile, keyFile, authorityFile } = certificate ?? {};
  const tls = certFile && keyFile && { certFile, keyFile };
  const server = await startTestServer({
    settings: { grpc: { address: "127.0.0.1:0", ...(tls && { tls }) } },
  });
  // By name: some libraries warn of a certificate for an address.
  const address = server.address.replace("127.0.0.1", "localhost");
  const alice = createApproverClient({
    address,
    token: await signToken("alice"),
    ...(authorityFile && { tls: { rootCertificates: readFileSync(authorityFile) } }),
  });
  const program = startProgram(command, {
    QRLOGIN_ADDRESS: address,
    QRLOGIN_ROOT_CERTIFICATES: authorityFile,
  });
  const qrContent = await program.waitForLine('"random"');
  const { ticketId } = await alice.markScanned({ scanned: scannedByText(qrContent) });
  await alice.authorize({ ticketId });
  alice.close();
  const { code, stdout, stderr } = await program.exited;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await server.stop();
  return stdout.replace(qrContent, "").trim();
}

describe("the programs of docs/languages", { timeout: buildMs + 60_000 }, () => {
  for (const { title, tool, build } of programs) {
    it.skipIf(!tool.isUsable)(
      `the program for ${title} signs in without and with TLS, and prints the reason of an error${tool.skipNote}`,
      async () => {
        const command = await build();
        expect(await signInWith(command)).toBe("subject-of-alice");
        const certificate = writeIssuedCertificate();
        onTestFinished(certificate.remove);
        expect(await signInWith(command, certificate)).toBe("subject-of-alice");

        const server = await startTestServer();
        onTestFinished(() => server.stop());
        const program = startProgram(command, {
          QRLOGIN_ADDRESS: server.address,
          QRLOGIN_APP_SECRET: "wrong",
        });
        const { code, stderr } = await program.exited;
        expect({ code, stderr }).toEqual({ code: 1, stderr: "APP_UNAUTHENTICATED\n" });
      },
    );
  }
});

describe("the program of docs/languages/connect.md", { timeout: buildMs + 60_000 }, () => {
  const connectGo = findTool("Go for Connect", () => {
    const missing = firstMissing(["protoc-gen-go", "go"]);
    if (missing) return `${missing} is missing`;
    const download = spawnSync("go", ["mod", "download"], { cwd: new URL("connect_go", import.meta.url) });
    return download.status === 0 ? undefined : "the modules of test/languages/connect_go are missing";
  });

  it.skipIf(!connectGo.isUsable)(
    `the program approves with the code generated for Connect, and prints the reason of an error${connectGo.skipNote}`,
    async () => {
      const folder = createProject("connect_go");
      const plugin = "connectrpc.com/connect/cmd/protoc-gen-connect-go";
      await shell(folder, `go build -o bin/protoc-gen-connect-go ${plugin}`);
      await shell(folder, 'PATH="$PWD/bin:$PATH"; source generate; go build -o phone .');

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
