import { isQrLoginError, type QrLoginError } from "../../src/client/index.js";

/** The outcome of a call: a response, or the reason with which the target rejected the call. */
export type Attempt<T> =
  | { readonly response: T; readonly reason: undefined; readonly error: undefined }
  | { readonly response: undefined; readonly reason: string; readonly error: QrLoginError | undefined };

export const accepted = <T>(response: T): Attempt<T> => ({ response, reason: undefined, error: undefined });

/** A step of an honest user or website that the target rejected. The scenario cannot go on. */
export class HonestStepError extends Error {
  constructor(step: string, reason: string, error: QrLoginError | undefined) {
    super(`an honest step failed: ${step} was rejected with ${reason}${describeLimit(error)}`);
    this.name = "HonestStepError";
  }
}

/** Returns the exceeded limit, for people. An earlier attack may have used it up. */
function describeLimit(error: QrLoginError | undefined): string {
  if (error?.exceededLimit === undefined) return "";
  return ` by the limit ${error.exceededLimit}: try again in ${Math.ceil((error.retryAfterMs ?? 0) / 1_000)} s`;
}

/** Returns the response of a step that an honest user or website makes. Throws if the target rejected it. */
export function must<T>(step: string, attempt: Attempt<T>): T {
  if (attempt.reason !== undefined) throw new HonestStepError(step, attempt.reason, attempt.error);
  return attempt.response;
}

/** Waits between calls. A test passes its own. */
export type Wait = (ms: number) => Promise<void>;

/** Longest delay that a caller accepts when a limit of the target asks for one, in milliseconds. */
export const longestDelayMs = 20_000;

/**
 * Returns a function that makes a call and resolves with its outcome. Rejects if the target cannot be reached or gives
 * no reason, because such an answer says nothing about a defence.
 *
 * A call that exceeds a limit is repeated after the delay that the target asks for. A scenario that attacks the limit
 * itself passes `patient: false`.
 */
export function createAttempts(wait: Wait) {
  return async function attempt<T>(
    call: () => Promise<T>,
    { patient = true }: { readonly patient?: boolean } = {},
  ): Promise<Attempt<T>> {
    for (;;) {
      try {
        return accepted(await call());
      } catch (error) {
        if (!isQrLoginError(error) || error.rawReason === undefined || error.codeName === "UNAVAILABLE")
          throw error;
        const delay = error.retryAfterMs;
        if (patient && error.reason === "RATE_LIMITED" && delay !== undefined && delay <= longestDelayMs) {
          await wait(delay);
          continue;
        }
        return { response: undefined, reason: error.rawReason, error };
      }
    }
  };
}

export type MakeAttempt = ReturnType<typeof createAttempts>;
