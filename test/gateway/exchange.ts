import { basic } from "../support/callers.js";
import { appSecrets } from "../support/server.js";
import { api, type Created } from "./browser.js";
import { type Answer, ask } from "./http.js";
import { approve, browser, gateway } from "./stage.js";

export const shopCredential = basic("shop", appSecrets.shop);

/** An exchange by a backend, which knows no cookies. */
export function exchangeAs(authorization: string | undefined, exchangeTicket: unknown): Promise<Answer> {
  return ask(`${gateway.url}${api}/tickets/exchange`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify({ exchangeTicket }),
  });
}

/** A ticket that alice has approved, and the exchange ticket that the page was told. */
export async function approved(body?: object): Promise<Created & { readonly exchangeTicket: string }> {
  const created = await browser.create(body);
  await approve(created);
  const { exchangeTicket } = (await browser.status(created.handle)).json;
  return { ...created, exchangeTicket: String(exchangeTicket) };
}
