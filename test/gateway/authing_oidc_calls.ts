import { appSecrets, type TestApp } from "../support/server.js";
import { appHeader, approveAs, basicOf, call, v3 } from "./authing_calls.js";
import type { Headers } from "./browser.js";
import { aliceToken, browser } from "./setup.js";

/** The tokens of a sign-in. */
export interface Tokens {
  readonly access_token: string;
  readonly id_token: string;
}

/** Signs alice in by the QR routes of V3, and resolves with the tokens that the app receives. */
export async function signIn(app: TestApp = "shop"): Promise<Tokens> {
  const { data: code } = await call(`${v3}/gene-qrcode`, { type: "MOBILE_APP" }, appHeader(app));
  await approveAs(aliceToken, String(code.qrcodeId));
  for (let polls = 0; polls < 5_000; polls++) {
    const { data: status } = await call(`${v3}/get-qrcode-status?qrcodeId=${code.qrcodeId}`);
    if (status.ticket === undefined) continue;
    const body = { ticket: status.ticket, client_id: app, client_secret: appSecrets[app] };
    const { data } = await call(`${v3}/exchange-tokenset-with-qrcode-ticket`, body);
    return data as unknown as Tokens;
  }
  throw new Error("the status never had a ticket");
}

export const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
/** Posts a form, as the SDKs do. */
export const form = (
  fields: Record<string, string>,
  headers: Headers = {},
  path = "/oidc/token/introspection",
) =>
  browser.ask(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });
export const introspect = (token: string, app: TestApp = "shop") => form({ token }, basicOf(app));
export const me = (token: string, headers: Headers = {}) =>
  browser.get("/oidc/me", { ...bearer(token), ...headers });
export const profile = (token: string, headers: Headers = appHeader("shop")) =>
  call(`${v3}/get-profile?withCustomData=true`, undefined, { ...bearer(token), ...headers });
/** Calls the token check of V2. */
export const check = (query: string) => browser.get(`/api/v2/oidc/validate_token?${query}`);
