import { spawnSync } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeCertificate } from "../support/certificate.js";
import { startDemo } from "../support/demo_fixture.js";
import { startProcess } from "../support/process.js";
import { startTestServer } from "../support/server.js";
import { findTool } from "../support/tools.js";
import { codeBlocksOf } from "./documents.js";

const program = (command: string, versionArgument: string) =>
  findTool(command, () =>
    spawnSync(command, [versionArgument]).error ? `${command} is not installed` : undefined,
  );
const grpcurl = program("grpcurl", "-version");
const ghz = program("ghz", "--version");
const probe = program("grpc-health-probe", "-version");
const curl = program("curl", "--version");

/** Returns the commands of the only shell block of a document that contains the text. */
function commandsWith(document: string, text: string): readonly string[] {
  const [block, ...others] = codeBlocksOf(document).filter(
    ({ kind, code }) => kind === "sh" && code.includes(text),
  );
  if (!block || others.length > 0) throw new Error(`${document} needs one block with ${text}`);
  return block.code.replaceAll("\\\n", "").trim().split("\n");
}

/** Returns the one command that begins with the text, after the assignments of variables in its block. */
function commandOf(document: string, start: string): string {
  const commands = commandsWith(document, `\n${start}`);
  const found = commands.filter((command) => command.startsWith(start));
  if (found.length !== 1) throw new Error(`${document} has ${found.length} commands ${start}`);
  return [...commands.filter((command) => /^\w+=/.test(command)), ...found].join("\n");
}

/** Runs a script in the root of the project. */
const runScript = (script: string) => startProcess("bash", ["-euo", "pipefail", "-c", script]).exited;

describe("the shell commands of README.md and docs/gateway.md", () => {
  /** Returns a function that runs a command of README.md against development mode. */
  async function useDemo() {
    const { grpcAddress, url } = await startDemo();
    const withAddresses = (script: string) => {
      const adapted = script
        .replace("127.0.0.1:50051", grpcAddress)
        .replace("127.0.0.1:8080", new URL(url).host)
        // The package is not installed in its own repository.
        .replace("npx qrlogin", "npm run --silent qrlogin --");
      expect(adapted).not.toBe(script);
      return adapted;
    };
    async function run(script: string) {
      const { code, stdout, stderr } = await runScript(withAddresses(script));
      expect({ code, stderr }).toMatchObject({ code: 0 });
      return { stdout, stderr };
    }
    return {
      run: (start: string) => run(commandOf("README.md", start)),
      async createTicket(): Promise<{ readonly ticketId: string; readonly qrContent: string }> {
        const { stdout } = await run(commandOf("README.md", "npx buf curl"));
        return JSON.parse(stdout);
      },
      /** Runs the block of a document that scans, at an address that contains the text. */
      async scan(document: string, text: string, ticketId: string) {
        const script = commandsWith(document, `${text}/qrlogin.v1.QrLoginService/MarkScanned`).join("\n");
        expect(script).toContain("THE TICKET ID");
        const { stdout } = await run(script.replace("THE TICKET ID", ticketId));
        return JSON.parse(stdout);
      },
    };
  }

  it("buf curl creates a ticket and scans it, with the descriptors from reflection", async () => {
    const demo = await useDemo();
    const { ticketId, qrContent } = await demo.createTicket();
    expect(JSON.parse(qrContent)).toMatchObject({ random: ticketId });
    const scanned = await demo.scan("README.md", "50051", ticketId);
    expect(scanned).toMatchObject({ ticketId, requester: { deviceName: "My shell" } });
  });

  it.skipIf(!curl.isUsable)(
    `curl scans a ticket at the gateway, as in both documents${curl.skipNote}`,
    async () => {
      const demo = await useDemo();
      const { ticketId } = await demo.createTicket();
      expect(await demo.scan("docs/gateway.md", "8080", ticketId)).toMatchObject({ ticketId });
      expect(await demo.scan("README.md", "8080", ticketId)).toMatchObject({
        ticketId,
        state: "TICKET_STATE_SCANNED",
      });
    },
  );

  it.skipIf(!grpcurl.isUsable)(`grpcurl creates a ticket${grpcurl.skipNote}`, async () => {
    const demo = await useDemo();
    const { stdout } = await demo.run("grpcurl");
    expect(JSON.parse(stdout)).toHaveProperty("qrContent");
  });

  it.skipIf(!ghz.isUsable)(`ghz makes a hundred calls, and none fails${ghz.skipNote}`, async () => {
    const demo = await useDemo();
    const { stdout } = await demo.run("ghz");
    const [, distribution = ""] = stdout.split("Status code distribution:\n");
    expect(distribution.trim()).toMatch(/^\[OK\] +100 responses$/);
  });

  it.skipIf(!probe.isUsable)(`grpc-health-probe reports SERVING${probe.skipNote}`, async () => {
    const demo = await useDemo();
    expect((await demo.run("grpc-health-probe")).stderr).toBe("status: SERVING\n");
  });
});

describe("the health probes of docs/deployment.md", () => {
  const [plainText = "", tls = ""] = commandsWith("docs/deployment.md", "grpc-health-probe");

  async function runProbe(command: string, address: string, caFile = "") {
    const script = command.replace("127.0.0.1:50051", address).replace("ca.pem", caFile);
    const { code, stderr } = await runScript(script);
    return { code, isServing: stderr === "status: SERVING\n" };
  }

  it.skipIf(!probe.isUsable)(
    `the probe without TLS works at a service without TLS, and its exit codes are those of the document${probe.skipNote}`,
    async () => {
      const server = await startTestServer();
      onTestFinished(() => server.stop());
      expect(await runProbe(plainText, server.address)).toEqual({ code: 0, isServing: true });
      const unknownName = plainText.replace("liveness", "unknown");
      expect(await runProbe(unknownName, server.address)).toEqual({ code: 3, isServing: false });
    },
  );

  it.skipIf(!probe.isUsable)(
    `the probe with TLS works at a service with TLS, and the other one does not${probe.skipNote}`,
    async () => {
      const { certFile, keyFile, remove } = writeCertificate();
      onTestFinished(remove);
      const server = await startTestServer({
        settings: { grpc: { address: "127.0.0.1:0", tls: { certFile, keyFile } } },
      });
      onTestFinished(() => server.stop());
      expect(await runProbe(tls, server.address, certFile)).toEqual({ code: 0, isServing: true });
      expect(await runProbe(`${plainText} -connect-timeout 1s`, server.address)).toEqual({
        code: 2,
        isServing: false,
      });
    },
  );
});
