import { type Code, createApi, type Exchanged, type GatewayPlace, type Status, type Wish } from "./api.js";
import { attend, type End } from "./attend.js";
import { intervalOf, type Polling, type PollOptions } from "./options.js";
import { tell } from "./tell.js";

/** A code that the page draws itself. */
export interface OwnCode extends Code {
  /** What the calls below ask for: the handle. It does not stand in the code. */
  readonly random: string;
}

/** Asks for a code. `url` is a picture of it, `qrContent` the exact text to draw. Rejects with a GatewayError. */
export async function geneCode(wish: GatewayPlace & Wish = {}): Promise<OwnCode> {
  const { customData, deviceName, codeChallenge } = wish;
  const code = await createApi(wish).create({ customData, deviceName, codeChallenge });
  return { ...code, random: code.handle };
}

/** The present status of a code, once. Rejects with a GatewayError. */
export function checkStatus(random: string, place: GatewayPlace = {}): Promise<Status> {
  return createApi(place).status(random);
}

/**
 * Who has signed in. Takes the code's `random` and not the ticket, which is worth nothing without the app's secret. Needs the app's
 * switch `exchangeFromBrowser`. Rejects with a GatewayError.
 */
export function exchangeUserInfo(random: string, place: GatewayPlace = {}): Promise<Exchanged> {
  return createApi(place).exchange(random);
}

/** Follows a code that the page draws itself, until its end. */
export function startPolling(random: string, options: PollOptions = {}): Polling {
  const stop = attend(createApi(options), random, intervalOf(options), options, {
    onScanned() {},
    onFinishing() {},
    onReach() {},
    onEnd: (end: End) => {
      if (end.kind === "expired") tell(options.onExpired);
      if ("error" in end) tell(options.onError, end.error.message, end.error.reason);
    },
  });
  const polling = { stop };
  tell(options.onStart, polling);
  return polling;
}

/** Ends what `startPolling` or `startScanning` has begun. */
export function stopPolling(timer: Polling | undefined): void {
  timer?.stop();
}
