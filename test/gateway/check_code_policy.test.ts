import { describe, expect, it } from "vitest";
import { appHeader, call, v2, v3 } from "./authing_calls.js";
import { browser, server, setUpGateway } from "./setup.js";

setUpGateway({ service: { settings: { policy: { checkCode: { mode: "always" } } } } });

const createLines = () => server.lines.filter(({ method }) => method === "CreateTicket");

describe("an app whose policy needs a check code", () => {
  it.each([
    ["2", `${v2}/gene`, { code: 9014 }],
    ["3", `${v3}/gene-qrcode`, { code: 403, apiCode: 9014 }],
  ])("version %s of the Authing API creates no code and says why", async (_version, path, expected) => {
    const answer = await call(path, {}, appHeader("shop"));
    expect(answer).toMatchObject({ ...expected, http: 200, data: null });
    expect(answer.message).toContain("check code");
    expect(createLines().map(({ reason }) => reason)).toEqual(["POLICY_NOT_SUPPORTED"]);
  });

  it("the gateway's own API creates a ticket that needs the check code", async () => {
    await browser.create();
    expect(createLines().map(({ code }) => code)).toEqual(["OK"]);
  });
});
