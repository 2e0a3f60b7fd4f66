import fastify from "fastify";
import { pino } from "pino";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { startGatewayFromConfig } from "../../src/compose/gateway.js";
import { loadConfig } from "../../src/config/load_config.js";
import { openapiRoutes } from "../../src/demo/openapi_routes.js";
import { sendRequest } from "../gateway/http.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { collectPageProblems } from "../support/demo_fixture.js";
import { anyPortEnvironment } from "../support/process.js";
import type { description } from "./description.js";

const silent = pino({ level: "silent" });
const openapi = "/qrlogin/openapi.json";
const docs = "/qrlogin/docs";

/** Starts a gateway as the command line does, without a service. Returns its URL. */
async function startGateway(demo: boolean, env: Record<string, string> = {}): Promise<string> {
  const config = loadConfig({
    env: { ...anyPortEnvironment, ...env },
    developmentPreset: developmentPresets(),
  });
  if (!config.gateway) throw new Error("development mode has no gateway");
  const gateway = await startGatewayFromConfig(config.gateway, silent, { demo, metrics: undefined });
  onTestFinished(() => gateway.stop());
  return `http://${gateway.address}`;
}

async function served(url: string) {
  const answer = await sendRequest(url + openapi);
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  return answer.json as typeof description & { readonly servers: unknown };
}

describe("the description in development mode", () => {
  it("the served description has the phone's methods by default, and the address of this gateway", async () => {
    const url = await startGateway(true);
    const { servers, paths, tags } = await served(url);
    expect(servers).toEqual([{ url }]);
    const methods = Object.keys(paths).filter((path) => path.startsWith("/qrlogin.v1."));
    expect(methods.map((path) => path.split("/")[2])).toEqual(["MarkScanned", "Authorize", "Cancel"]);
    expect(tags.map(({ name }) => name)).not.toContain("App backend");
    expect(Object.keys(paths)).toContain("/qrlogin/v1/tickets");
  });

  it("the served description has the methods that the configuration lists, and no others", async () => {
    const { paths, tags } = await served(
      await startGateway(true, { QRLOGIN_GATEWAY_RPC_METHODS: '["GetStatus"]' }),
    );
    const methods = Object.keys(paths).filter((path) => path.startsWith("/qrlogin.v1."));
    expect(methods).toEqual(["/qrlogin.v1.QrLoginService/GetStatus"]);
    expect(tags.map(({ name }) => name)).not.toContain("Phone");
  });

  it("without the package that renders the page, the page says what to install", async () => {
    const server = fastify();
    onTestFinished(() => server.close());
    await openapiRoutes(server, [], () => {
      throw new Error("not installed");
    });
    for (const path of [docs, `${docs}/docs.js`, `${docs}/swagger-ui.js`]) {
      const answer = await server.inject(path);
      expect([answer.statusCode, answer.headers["content-type"]]).toEqual([
        404,
        "application/problem+json; charset=utf-8",
      ]);
      expect(answer.json().detail).toContain("npm install --no-save swagger-ui-dist");
    }
    expect((await server.inject(openapi)).statusCode).toBe(200);
  });
});

it("a gateway in production serves neither the description nor the page", async () => {
  const url = await startGateway(false);
  for (const path of [openapi, docs, `${docs}/docs.js`, `${docs}/swagger-ui.js`]) {
    const answer = await sendRequest(url + path);
    expect([answer.status, answer.json.reason], path).toEqual([404, "ROUTE_NOT_FOUND"]);
  }
});

describe.skipIf(!hasChromium)(`the page that renders the description${withoutChromium}`, () => {
  let chromium: Browser;
  beforeAll(async () => {
    chromium = await sharedChromium();
  });

  it("the page shows a method with its errors, violates no policy, and asks no other host", async () => {
    const url = await startGateway(true);
    const context = await newBrowser(chromium);
    const problems = await collectPageProblems(context, { url, grpcAddress: "", logText: () => "" });
    const page = await context.newPage();
    const response = await page.goto(url + docs);
    expect(response?.headers()["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    await page.getByText("/qrlogin.v1.QrLoginService/MarkScanned").click();
    await page.getByText("SCANNED_BY_ANOTHER_USER").first().waitFor();
    expect(problems).toEqual({ violations: [], unexpected: [] });
  });
});
