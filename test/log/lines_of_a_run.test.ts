import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { alice, browser, gateway, restartGateway, server, setUpGateway } from "../gateway/setup.js";
import { responseOrThrow, scannedByText } from "../support/callers.js";
import { readDocumentedLines, rowOf } from "./log_lines.js";

setUpGateway();

const rows = readDocumentedLines(readFileSync(new URL("../../docs/logs.md", import.meta.url), "utf8"));
const commonFields = ["level", "time", "pid", "hostname", "worker", "requestId", "msg"];

it("docs/logs.md names every field of every line of a sign-in, and of calls that fail", async () => {
  await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } } });
  const { handle, ticketId, qrContent } = await browser.create({ appId: "shop" });
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  responseOrThrow(await alice.authorize({ ticketId }));
  await browser.status(handle);
  expect((await browser.post("/qrlogin/v1/tickets/exchange", { handle })).status).toBe(200);
  await browser.post("/qrlogin/v1/tickets", { appId: "shop" }, { origin: "https://evil.example.com" });
  await browser.get("/nothing/here");
  const firstLines = gateway.lines;
  await restartGateway({ apps: [{ id: "shop", secret: "not-the-secret" }] });
  await browser.post("/qrlogin/v1/tickets", { appId: "shop" });

  const lines = [...server.lines, ...firstLines, ...gateway.lines];
  expect(new Set(lines.map(({ msg }) => msg))).toEqual(new Set(["call", "request", "service failed"]));
  const failure = gateway.lines.find(({ msg }) => msg === "service failed");
  expect(failure?.err).toEqual({
    type: "QrLoginError",
    message: expect.stringContaining("UNAUTHENTICATED"),
    stack: expect.stringContaining("\n    at "),
  });
  for (const line of lines) {
    const allowed = [...commonFields, ...(rowOf(rows, String(line.msg))?.fields ?? [])];
    expect(Object.keys(line).filter((field) => !allowed.includes(field))).toEqual([]);
  }
});
