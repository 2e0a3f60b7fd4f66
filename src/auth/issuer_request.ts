import type { Clock } from "../base/clock.js";
import type { OutgoingRequests } from "./outgoing/outgoing_requests.js";

/** Request to an endpoint of an issuer. */
export interface IssuerRequest {
  /** Name of the endpoint, for errors. */
  readonly endpoint: string;
  readonly uri: string;
  /** Time-out of the whole response, in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly outgoing: OutgoingRequests;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends a request and resolves with what `read` makes of the response. Follows no redirect, which would
 * disclose the token.
 *
 * @throws Error when there is no complete response in time; otherwise rethrows the error of `read`.
 * @throws the reason of the signal when it aborts.
 */
export async function requestIssuer<T>(
  { endpoint, uri, timeout, clock, outgoing, signal }: IssuerRequest,
  init: Pick<RequestInit, "method" | "headers" | "body">,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const timeoutController = new AbortController();
  const cancelTimeout = clock.after(timeout, () => {
    timeoutController.abort(new Error(`The ${endpoint} endpoint took longer than ${timeout} ms.`));
  });
  try {
    const response = await outgoing.fetch(uri, {
      ...init,
      redirect: "manual",
      signal: signal ? AbortSignal.any([signal, timeoutController.signal]) : timeoutController.signal,
    });
    return await read(response);
  } finally {
    cancelTimeout();
  }
}
