/** The page of a site that uses the Authing SDK, as its documents say. */
export const pageHtml = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Example Shop</title>
<link rel="icon" href="data:,">
<div id="qrcode"></div>
<script src="/sdk.js"></script>
<script src="/page.js"></script>
</html>
`;

// `tell` is the test's: see page.ts.
export const pageScript = `
const told = ["onStart", "onScanned", "onSuccess", "onCancel", "onExpired", "onError", "onRetry", "onMfa"];
const shown = ["onCodeShow", "onCodeLoaded", "onCodeLoadFailed"];
const plain = (value) =>
  JSON.parse(JSON.stringify(value instanceof Error ? { message: value.message } : value ?? null));

function clientOf({ appId, appHost }) {
  return new Authing.AuthenticationClient({ appId, appHost, lang: "en-US" });
}

/** Shows a code and tells the test of every callback. */
function startScanning(settings, options) {
  const callbacks = [...told, ...shown].map((name) => [name, (...values) => tell(name, values.map(plain))]);
  clientOf(settings).qrcode.startScanning("qrcode", { ...options, ...Object.fromEntries(callbacks) });
}

/** Calls one method of the SDK and tells how it ended. */
async function attempt(settings, method, ...words) {
  try {
    return { answer: plain(await clientOf(settings).qrcode[method](...words)) };
  } catch (error) {
    return { refusal: plain(error) };
  }
}

/** Takes the ticket to the site's own backend. */
async function signIn(ticket) {
  const response = await fetch("/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  return response.json();
}

/** Follows a ticket of the gateway's own API, and tells the test of every event. */
function follow(address) {
  const source = new EventSource(address, { withCredentials: true });
  for (const name of ["status", "problem"]) {
    source.addEventListener(name, ({ data }) => tell(name, [JSON.parse(data)]));
  }
  source.addEventListener("open", () => tell("open", []));
  source.addEventListener("error", () => tell("error", [source.readyState]));
}

/** Calls the gateway's own API with cookies. */
async function call(address, options) {
  const response = await fetch(address, { credentials: "include", ...options });
  return { status: response.status, body: await response.json() };
}
`;
