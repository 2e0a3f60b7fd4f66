import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";
import { basic } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { api, type Created } from "./browser.js";
import { sendRequest, type TestResponse } from "./http.js";
import { approve, browser, gateway } from "./setup.js";

export const shopCredential = basic("shop", appSecrets.shop);

/** The code verifier of the site's backend, and the challenge with which its pages create tickets. */
export const codeVerifier = createCodeVerifier();
export const codeChallenge = codeChallengeOf(codeVerifier);

/** Exchanges as a backend, without cookies. */
export function exchangeAs(
  authorization: string | undefined,
  exchangeTicket: unknown,
  verifier: unknown = codeVerifier,
): Promise<TestResponse> {
  return sendRequest(`${gateway.url}${api}/tickets/exchange`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify({ exchangeTicket, codeVerifier: verifier }),
  });
}

/** Creates a ticket that alice approves. Returns it with the exchange ticket that the page receives. */
export async function approved(
  body: object = { appId: "shop", codeChallenge },
): Promise<Created & { readonly exchangeTicket: string }> {
  const created = await browser.create(body);
  await approve(created);
  const { exchangeTicket } = (await browser.status(created.handle)).json;
  return { ...created, exchangeTicket: String(exchangeTicket) };
}
