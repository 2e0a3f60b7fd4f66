import { appSecrets, type TestApp } from "../support/server.js";
import type { Browser, Headers } from "./browser.js";
import { browser } from "./setup.js";

/** A response of the Authing API: the envelope, and the HTTP status around it. */
export interface EnvelopeResponse {
  readonly http: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** `code` in V2, `statusCode` in V3. */
  readonly code: number;
  readonly apiCode: number | undefined;
  readonly message: string;
  // The tests read single fields of any type.
  readonly data: Readonly<Record<string, never>> & Record<string, unknown>;
}

/** Returns the header in which the SDKs name the app. */
export const appHeader = (app: string): Headers => ({ "x-authing-app-id": app });

export const v2 = "/api/v2/qrcode";
export const v3 = "/api/v3";

/** Posts JSON if there is a body, or else sends a GET. */
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

/** Creates a V2 code for the app `shop`, unless other headers are given. */
export async function gene(
  body: object = {},
  headers: Headers = appHeader("shop"),
  by = browser,
): Promise<string> {
  const answer = await call(`${v2}/gene`, { scene: "APP_AUTH", ...body }, headers, by);
  if (answer.code !== 200) throw new Error(`gene failed: ${answer.text}`);
  return String(answer.data.random);
}

export const check = (random: string, headers: Headers = {}, by = browser): Promise<EnvelopeResponse> =>
  call(`${v2}/check?random=${random}`, undefined, headers, by);

/**
 * Polls until the status has this value. Each poll returns what the gateway knows then. Waits at most a
 * minute, in which even a busy machine restores a connection that was cut.
 */
export async function checkUntil(
  random: string,
  status: number,
  by = browser,
): Promise<EnvelopeResponse["data"]> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const answer = await check(random, {}, by);
    if (answer.code !== 200) throw new Error(`check failed: ${answer.text}`);
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

/** Performs a step of the phone of the token's user. `name` is the code that it has scanned. */
export const phone = (
  step: "scanned" | "confirm" | "cancel",
  name: string,
  token: string,
): Promise<EnvelopeResponse> =>
  call(`${v2}/${step}`, { random: name }, { authorization: token, "x-authing-userpool-id": "customers" });

/** Scans the code and approves. */
export async function approveAs(token: string, name: string): Promise<void> {
  for (const step of ["scanned", "confirm"] as const) {
    const answer = await phone(step, name, token);
    if (answer.code !== 200) throw new Error(`${step} failed: ${answer.text}`);
  }
}
