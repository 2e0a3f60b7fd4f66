/** Script of a site that uses the Authing SDK as documented. */
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

// `report` is defined by the test: see page.ts.
export const pageScript = `
const callbackNames = ["onStart", "onScanned", "onSuccess", "onCancel", "onExpired", "onError", "onRetry", "onMfa"];
const shown = ["onCodeShow", "onCodeLoaded", "onCodeLoadFailed"];
const plain = (value) =>
  JSON.parse(JSON.stringify(value instanceof Error ? { message: value.message } : value ?? null));

function clientOf({ appId, appHost }) {
  return new Authing.AuthenticationClient({ appId, appHost, lang: "en-US" });
}

/** Shows a code and reports every callback. */
function startScanning(settings, options) {
  const callbacks = [...callbackNames, ...shown].map((name) => [name, (...values) => report(name, values.map(plain))]);
  clientOf(settings).qrcode.startScanning("qrcode", { ...options, ...Object.fromEntries(callbacks) });
}

/** Calls a method of the SDK and reports its outcome. */
async function callSdk(settings, method, ...args) {
  try {
    return { answer: plain(await clientOf(settings).qrcode[method](...args)) };
  } catch (error) {
    return { error: plain(error) };
  }
}

/** Posts the ticket to the site's backend. */
async function signIn(ticket) {
  const response = await fetch("/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket }),
  });
  return response.json();
}

/** Subscribes to a ticket of the gateway's own API and reports every event. */
function subscribe(address) {
  const source = new EventSource(address, { withCredentials: true });
  for (const name of ["status", "problem"]) {
    source.addEventListener(name, ({ data }) => report(name, [JSON.parse(data)]));
  }
  source.addEventListener("open", () => report("open", []));
  source.addEventListener("error", () => report("error", [source.readyState]));
}

/** Calls the gateway's own API with cookies. */
async function call(address, options) {
  const response = await fetch(address, { credentials: "include", ...options });
  return { status: response.status, body: await response.json() };
}
`;
