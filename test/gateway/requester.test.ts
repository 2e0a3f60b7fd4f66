import { describe, expect, it } from "vitest";
import { ContextSource } from "../../src/client/index.js";
import { responseOrThrow, scannedById, scannedByText } from "../support/callers.js";
import { appHeader, v2, v3 } from "./authing_calls.js";
import { api, type Headers } from "./browser.js";
import { sendRequest } from "./http.js";
import { alice, gateway, restartGateway, setUpGateway } from "./setup.js";

setUpGateway();

/** Creates a code with these headers and no others. Returns the requester context that the phone receives. */
async function shownFor(path: string, headers: Headers) {
  const answer = await sendRequest(`${gateway.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...appHeader("shop"), ...headers },
    body: "{}",
  });
  const { qrContent, data } = answer.json as { qrContent?: string; data?: Record<string, string> };
  if (qrContent !== undefined)
    return responseOrThrow(await alice.markScanned(scannedByText(qrContent))).requester;
  return responseOrThrow(
    await alice.markScanned(scannedById({ ticketId: String(data?.random ?? data?.qrcodeId) })),
  ).requester;
}

const paths = [`${api}/tickets`, `${v2}/gene`, `${v3}/gene-qrcode`];
const emptyContext = {
  ...{ ipAddress: "", userAgent: "", deviceName: "", location: "" },
  ...{ ipAddressSource: 0, userAgentSource: 0, deviceNameSource: 0, locationSource: 0 },
};
const pollByTicketId = { shop: { pollByTicketId: true } };

describe.each(paths)("a caller of %s that is not a browser", (path) => {
  it.each<[string, Headers]>([
    ["a server SDK", { "user-agent": "python-requests/2.34" }],
    ["the fetch of Node.js", { "user-agent": "node", "sec-fetch-mode": "cors" }],
    ["one that calls itself a browser", { "user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0" }],
  ])("no address and no user agent is reported for %s", async (_title, headers) => {
    await restartGateway({ appOptions: pollByTicketId });
    expect(await shownFor(path, headers)).toEqual(emptyContext);
  });

  it("no address and no user agent is reported behind a trusted proxy, whose client is the backend", async () => {
    await restartGateway({ appOptions: pollByTicketId, trustedProxies: ["127.0.0.1"] });
    const headers = { "user-agent": "python-requests/2.34", "x-forwarded-for": "203.0.113.9" };
    expect(await shownFor(path, headers)).toEqual(emptyContext);
  });
});

describe.each(paths)("a browser that calls %s", (path) => {
  it.each<[string, Headers]>([
    ["by HTTPS or on loopback", { "sec-fetch-site": "same-origin" }],
    ["by plain HTTP on an intranet, or as an old one", { origin: "" }],
  ])("the address is observed and the user agent is claimed, %s", async (_title, headers) => {
    await restartGateway({ appOptions: pollByTicketId });
    const sent = {
      ...headers,
      ...("origin" in headers && { origin: gateway.url }),
      "user-agent": "Firefox/140.0",
    };
    expect(await shownFor(path, sent)).toEqual({
      ...emptyContext,
      ...{ ipAddress: "127.0.0.1", ipAddressSource: ContextSource.OBSERVED_BY_GATEWAY },
      ...{ userAgent: "Firefox/140.0", userAgentSource: ContextSource.CLAIMED_BY_PAGE },
    });
  });
});
