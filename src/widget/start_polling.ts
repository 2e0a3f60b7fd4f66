import {
  type ApiOptions,
  type CreateTicketParameters,
  createApi,
  type ExchangeResponse,
  type QrCode,
  type StatusResponse,
} from "./api.js";
import { invokeCallback } from "./invoke_callback.js";
import { intervalOf, type Polling, type PollOptions } from "./options.js";
import { type LoginResult, runLogin } from "./run_login.js";

/** A code that the page draws itself. */
export interface GeneratedCode extends QrCode {
  /** What the calls below ask for: the handle. It does not stand in the code. */
  readonly random: string;
}

/** Asks for a code. `url` is a picture of it, `qrContent` the exact text to draw. Rejects with a GatewayError. */
export async function geneCode(parameters: ApiOptions & CreateTicketParameters = {}): Promise<GeneratedCode> {
  const { customData, deviceName, codeChallenge } = parameters;
  const code = await createApi(parameters).create({ customData, deviceName, codeChallenge });
  return { ...code, random: code.handle };
}

/** The present status of a code, once. Rejects with a GatewayError. */
export function checkStatus(random: string, options: ApiOptions = {}): Promise<StatusResponse> {
  return createApi(options).status(random);
}

/**
 * Who has signed in. Takes the code's `random` and not the ticket, which is worth nothing without the app's secret. Needs the app's
 * switch `exchangeFromBrowser`. Rejects with a GatewayError.
 */
export function exchangeUserInfo(random: string, options: ApiOptions = {}): Promise<ExchangeResponse> {
  return createApi(options).exchange(random);
}

/** Follows a code that the page draws itself, until its end. */
export function startPolling(random: string, options: PollOptions = {}): Polling {
  const stop = runLogin(createApi(options), random, intervalOf(options), options, {
    onScanned() {},
    onCompleting() {},
    onOnlineChange() {},
    onEnd: (end: LoginResult) => {
      if (end.kind === "expired") invokeCallback(options.onExpired);
      if ("error" in end) invokeCallback(options.onError, end.error.message, end.error.reason);
    },
  });
  const polling = { stop };
  invokeCallback(options.onStart, polling);
  return polling;
}

/** Ends what `startPolling` or `startScanning` has begun. */
export function stopPolling(timer: Polling | undefined): void {
  timer?.stop();
}
