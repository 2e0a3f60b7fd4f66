// The three calls of the phone, as docs/phone.md describes them. They need nothing but the user's token.

/** What this phone can do. A sign-in that needs more is rejected with PHONE_TOO_OLD. */
const capabilities = ["PHONE_CAPABILITY_CHECK_CODE"];

/** Time-out of a call, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Creates the calls of one user. Each resolves with `{ response }`, or with `{ error }`: the reason, and
 * the name of the text for reasons without one.
 *
 * @param getToken Resolves with the user's token. Called with true for a new one, after the service has rejected
 * the previous one. Rejects if there is no connection.
 */
export function createSignInCalls(getToken) {
  async function call(method, request) {
    try {
      const outcome = await post(method, request, await getToken(false));
      if (outcome.status !== 401) return outcome;
      return await post(method, request, await getToken(true));
    } catch {
      return { error: { fallback: "UNREACHABLE" } };
    }
  }

  return {
    markScanned: (qrContent) => call("MarkScanned", { qrContent, capabilities }),
    authorize: (ticketId) => call("Authorize", { ticketId }),
    cancel: (ticketId) => call("Cancel", { ticketId }),
  };
}

async function post(method, request, token) {
  const response = await fetch(`/qrlogin.v1.QrLoginService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    credentials: "omit",
    redirect: "error",
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const body = await response.json();
  if (typeof body !== "object" || body === null) throw new TypeError("the response is not a JSON object");
  return response.ok ? { response: body } : { status: response.status, error: errorFrom(body) };
}

function errorFrom({ code, details = [] }) {
  const info = details.find(({ type }) => type === "google.rpc.ErrorInfo");
  const isTransient = ["unavailable", "resource_exhausted", "deadline_exceeded", "aborted"].includes(code);
  return { reason: info?.debug?.reason, fallback: isTransient ? "UNREACHABLE" : "UNKNOWN" };
}

/** Returns a Duration of the response, such as `117.5s`, in milliseconds. */
export const millisecondsOf = (duration = "0s") => Number.parseFloat(duration) * 1_000;
