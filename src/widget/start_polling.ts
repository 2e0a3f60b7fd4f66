import type { CheckCodeResponse, ExchangeResponse } from "../http_types.js";
import { type CreateTicketParameters, createApi } from "./api.js";
import type { PageStatus, QrCode } from "./api_results.js";
import { createWorld } from "./create_world.js";
import { invokeCallback } from "./invoke_callback.js";
import { stepTicket, type TicketEvent, type TicketState } from "./machine/ticket.js";
import { startWatching } from "./machine/watching.js";
import type { ApiOptions, Polling, PollOptions } from "./options.js";
import { runMachine, type World } from "./run_machine.js";

/** Code that the page shows itself. */
export interface GeneratedCode extends QrCode {
  /** Handle of the ticket, which the functions below take. The QR code does not contain it. */
  readonly random: string;
}

/**
 * Creates a ticket. `url` is an image of its code, `qrContent` the exact text to encode. Rejects with a
 * GatewayError.
 */
export async function geneCode(parameters: ApiOptions & CreateTicketParameters = {}): Promise<GeneratedCode> {
  const { customData, deviceName, codeChallenge } = parameters;
  const code = await createApi(parameters).create({ customData, deviceName, codeChallenge });
  return { ...code, random: code.handle };
}

/** Resolves with the current status of a code. Rejects with a GatewayError. */
export function checkStatus(random: string, options: ApiOptions = {}): Promise<PageStatus> {
  return createApi(options).status(random);
}

/**
 * Submits the check code that the user has typed. The code then goes on as after any approval: a running
 * `startPolling` calls `onSuccess`. Rejects with a GatewayError. With the reason CHECK_CODE_MISMATCH, it has
 * `attemptsLeft`.
 */
export function submitCheckCode(
  random: string,
  checkCode: string,
  options: ApiOptions = {},
): Promise<CheckCodeResponse> {
  return createApi(options).submitCheckCode(random, checkCode);
}

/**
 * Resolves with the signed-in user. Takes the code's `random`, not the exchange ticket, which can only be
 * exchanged with the app's secret. Requires the app's setting `exchangeFromBrowser`. Rejects with a
 * GatewayError.
 */
export function exchangeUserInfo(random: string, options: ApiOptions = {}): Promise<ExchangeResponse> {
  return createApi(options).exchange(random);
}

/** Watches a code that the page shows itself, until its end. */
export function startPolling<User = unknown>(random: string, options: PollOptions<User> = {}): Polling {
  const { handle } = runMachine<TicketState, TicketEvent>(
    (context) => [startWatching(random, context.intervalMs, context)],
    stepTicket,
    // The sources of a ticket send no other events.
    createWorld(createApi(options), options) as unknown as World<TicketEvent>,
  );
  const polling = { stop: () => handle({ kind: "stop" }) };
  invokeCallback(options.onStart, polling);
  return polling;
}

/** Stops a watch or a scan that `startPolling` or `startScanning` started. */
export function stopPolling(timer: Polling | undefined): void {
  timer?.stop();
}
