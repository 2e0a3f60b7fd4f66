import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";
import { basic } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { api, type Created } from "./browser.js";
import { sendRequest, type TestResponse } from "./http.js";
import { approve, browser, gateway } from "./setup.js";

export const shopCredential = basic("shop", appSecrets.shop);

/** The code verifier of the site's backend, and the challenge that its pages create tickets with. */
export const codeVerifier = createCodeVerifier();
export const codeChallenge = codeChallengeOf(codeVerifier);

/** An exchange by a backend, which knows no cookies. */
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

/** A ticket of the site's page that alice has approved, and the exchange ticket that the page was told. */
export async function approved(
  body: object = { appId: "shop", codeChallenge },
): Promise<Created & { readonly exchangeTicket: string }> {
  const created = await browser.create(body);
  await approve(created);
  const { exchangeTicket } = (await browser.status(created.handle)).json;
  return { ...created, exchangeTicket: String(exchangeTicket) };
}
