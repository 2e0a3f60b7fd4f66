import { appSecrets, type TestApp } from "../support/server.js";
import type { Browser, Headers } from "./browser.js";
import { browser } from "./setup.js";

/** An answer of the Authing API: the envelope, and the HTTP status around it. */
export interface EnvelopeResponse {
  readonly http: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** `code` in V2, `statusCode` in V3. */
  readonly code: number;
  readonly apiCode: number | undefined;
  readonly message: string;
  // Read field by field in every test.
  readonly data: Readonly<Record<string, never>> & Record<string, unknown>;
}

/** The header by which SDKs say which app asks. */
export const appHeader = (app: string): Headers => ({ "x-authing-app-id": app });

export const v2 = "/api/v2/qrcode";
export const v3 = "/api/v3";

/** Posts JSON if there is a body, and gets if there is none. */
export async function call(
  path: string,
  body?: unknown,
  headers: Headers = {},
  by: Browser = browser,
): Promise<EnvelopeResponse> {
  const answer = body === undefined ? await by.get(path, headers) : await by.post(path, body, headers);
  const { code, statusCode, apiCode, message, data } = answer.json;
  return {
    http: answer.status,
    headers: answer.headers,
    text: answer.text,
    code: Number(code ?? statusCode),
    apiCode: apiCode === undefined ? undefined : Number(apiCode),
    message: String(message),
    data: data as EnvelopeResponse["data"],
  };
}

/** A code of V2 for the app `shop`, unless other headers are given. */
export async function gene(
  body: object = {},
  headers: Headers = appHeader("shop"),
  by = browser,
): Promise<string> {
  const answer = await call(`${v2}/gene`, { scene: "APP_AUTH", ...body }, headers, by);
  if (answer.code !== 200) throw new Error(`gene was refused: ${answer.text}`);
  return String(answer.data.random);
}

export const check = (random: string, headers: Headers = {}, by = browser): Promise<EnvelopeResponse> =>
  call(`${v2}/check?random=${random}`, undefined, headers, by);

/**
 * Polls until the status is this; each poll is answered by what the gateway knows then. For a minute at most, in which a
 * connection that was cut comes back on a busy machine too.
 */
export async function checkUntil(
  random: string,
  status: number,
  by = browser,
): Promise<EnvelopeResponse["data"]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await check(random, {}, by);
    if (answer.code !== 200) throw new Error(`check was refused: ${answer.text}`);
    if (answer.data.status === status) return answer.data;
    if (performance.now() > deadline)
      throw new Error(`the status is ${answer.data.status} and did not become ${status} within 60 s`);
  }
}

export const userinfo = (body: object, headers: Headers = {}, by = browser): Promise<EnvelopeResponse> =>
  call(`${v2}/userinfo`, body, headers, by);

export const basicOf = (app: TestApp, secret: string = appSecrets[app]): Headers => ({
  authorization: `Basic ${Buffer.from(`${app}:${secret}`).toString("base64")}`,
});

/** The phone of whoever the token is about. `name` is what it has scanned. */
export const phone = (
  step: "scanned" | "confirm" | "cancel",
  name: string,
  token: string,
): Promise<EnvelopeResponse> =>
  call(`${v2}/${step}`, { random: name }, { authorization: token, "x-authing-userpool-id": "customers" });

/** Scans the code and agrees. */
export async function approveAs(token: string, name: string): Promise<void> {
  for (const step of ["scanned", "confirm"] as const) {
    const answer = await phone(step, name, token);
    if (answer.code !== 200) throw new Error(`${step} was refused: ${answer.text}`);
  }
}
