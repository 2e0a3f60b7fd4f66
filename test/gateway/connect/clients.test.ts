import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Code } from "@connectrpc/connect";
import { build } from "esbuild";
import { ErrorInfo } from "nice-grpc-error-details";
import { describe, expect, it } from "vitest";
import { hasChromium, sharedChromium, withoutChromium } from "../../support/browser/chromium.js";
import { findTool } from "../../support/tools.js";
import { aliceToken, browser, gateway, setUpGateway } from "../setup.js";
import { type PhoneReport, type PhoneSettings, signIn } from "./phone_page.js";
import { rpcPath } from "./rpc_calls.js";

// Clients that others wrote. Each one gets the error of an approval before the scan, then scans and approves.

setUpGateway({ gateway: { appOptions: { shop: { origins: ["http://localhost:*"] } } } });

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const descriptors = readFileSync(here("../../../gen/qrlogin.binpb")).toString("base64");
const protocols = ["connect", "connect as JSON", "gRPC-Web"] as const;

async function settingsFor(protocol: PhoneSettings["protocol"]): Promise<PhoneSettings> {
  const { ticketId } = await browser.create();
  return { gateway: gateway.url, protocol, token: aliceToken, ticketId, descriptors };
}

function expectSignIn({ early, scanned, approved }: PhoneReport): void {
  expect(early.code).toBe(Code.FailedPrecondition);
  const info = ErrorInfo.decode(Buffer.from(early.details["google.rpc.ErrorInfo"] ?? "", "base64"));
  expect(info).toMatchObject({ reason: "TICKET_NOT_SCANNED", metadata: { current_state: "PENDING" } });
  expect(scanned).toMatchObject({ app: { name: "Example Shop" } });
  expect(approved).toEqual({ state: "TICKET_STATE_AUTHORIZED", revision: 3 });
}

describe("connect-web", () => {
  it.each(protocols)("connect-web signs in with the fetch of Node.js: %s", async (protocol) => {
    expectSignIn(await signIn(await settingsFor(protocol)));
  });

  it.skipIf(!hasChromium)(
    `connect-web signs in from a page of another origin, over every protocol${withoutChromium}`,
    async () => {
      const site = await startPageServer(await bundlePhone());
      const context = await (await sharedChromium()).newContext();
      try {
        const page = await context.newPage();
        await page.goto(site.origin);
        for (const protocol of protocols) {
          const report = await page.evaluate(
            (settings) =>
              (globalThis as unknown as { phone: { signIn: typeof signIn } }).phone.signIn(settings),
            await settingsFor(protocol),
          );
          expectSignIn(report);
        }
      } finally {
        // Before the service stops, which allows no open sockets.
        await context.close();
        await site.close();
      }
    },
  );
});

/** Bundles the phone as a script that defines the global variable `phone`. */
async function bundlePhone(): Promise<string> {
  const options = { bundle: true, format: "iife", globalName: "phone", write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [here("phone_page.ts")] });
  return outputFiles[0]?.text ?? "";
}

/** Serves a page with this script. */
async function startPageServer(
  script: string,
): Promise<{ readonly origin: string; close(): Promise<unknown> }> {
  const html = `<!doctype html><link rel="icon" href="data:,"><script src="/phone.js"></script>`;
  const server = createServer(({ url }, response) => {
    response.setHeader("content-type", url === "/phone.js" ? "text/javascript" : "text/html");
    response.end(url === "/phone.js" ? script : html);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return once(server.close(), "close");
    },
  };
}

const buf = findTool("buf", () => undefined);

describe("buf curl", () => {
  it.skipIf(!buf.isUsable).each(["connect", "grpcweb"])(
    `buf curl signs in: --protocol %s${buf.skipNote}`,
    async (protocol) => {
      const { ticketId } = await browser.create();
      const call = async (method: string) => {
        const header = `authorization: Bearer ${aliceToken}`;
        const options = ["--schema", here("../../../proto"), "--protocol", protocol, "-H", header];
        const args = ["curl", ...options, "-d", JSON.stringify({ ticketId }), gateway.url + rpcPath(method)];
        const { stdout } = await promisify(execFile)(here("../../../node_modules/.bin/buf"), args);
        return JSON.parse(stdout);
      };
      const early = await call("Authorize").catch((error: { stderr: string }) => error.stderr);
      expect(early).toMatch(/"failed_precondition".*google\.rpc\.ErrorInfo/s);
      expect(await call("MarkScanned")).toMatchObject({ app: { name: "Example Shop" } });
      expect(await call("Authorize")).toEqual({ state: "TICKET_STATE_AUTHORIZED", revision: 3 });
    },
  );
});
