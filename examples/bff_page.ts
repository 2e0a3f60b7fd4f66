const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";

/** Page of the example. Its script sets data of users as text, never as markup. */
export const page = {
  headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": contentSecurityPolicy },
  html: `<!doctype html>
<html lang="en">
  <title>Sign in</title>
  <link rel="icon" href="data:,">
  <style>body { font: 1.2rem system-ui; text-align: center; margin: 3rem }</style>
  <div id="code"></div>
  <p id="state" role="status"></p>
  <form id="check-code" hidden>
    <input id="digits" aria-labelledby="state" inputmode="numeric" autocomplete="off" required>
    <button>Continue</button>
    <p>Never type a number that somebody tells you. If you did not scan this code yourself, reload the page.</p>
  </form>
  <button id="new-code" hidden>New code</button>
  <button id="sign-out" hidden>Sign out</button>
  <script src="/page.js"></script>
</html>
`,
};

export const script = `
const byId = (id) => document.getElementById(id);
const texts = {
  PENDING: () => "Scan the code with your app",
  SCANNED: ({ nickname }) => "Hello, " + nickname + ". Confirm on your phone",
  AWAITING_CHECK_CODE: ({ nickname, checkCode: { attemptsLeft } }) =>
    "Hello, " + nickname + ". Type the number that your phone shows. " + (attemptsLeft < 3 ? "The last one was wrong; " : "") +
    (attemptsLeft === 1 ? "1 attempt left" : attemptsLeft + " attempts left"),
  CANCELLED: () => "Declined on the phone, or a wrong number three times",
  EXPIRED: () => "The code has expired",
  EXCHANGED: () => "The code has been used",
};
const failureText = () => "Sign-in is not available at the moment";

byId("new-code").onclick = signIn;
byId("sign-out").onclick = async () => {
  await fetch("/sign-out", { method: "POST" });
  location.reload();
};
start();

async function start() {
  const { nickname } = await (await fetch("/session")).json();
  if (nickname === null) return signIn();
  showText("Welcome, " + nickname);
  byId("sign-out").hidden = false;
}

async function signIn() {
  byId("new-code").hidden = true;
  const created = await post("/sign-in");
  if (!created) return showEnd(failureText());
  byId("code").innerHTML = created.svg; // an image from the service, without data of users
  watchStatus("?ticketId=" + encodeURIComponent(created.ticketId));
}

function watchStatus(query) {
  const events = new EventSource("/sign-in/events" + query);
  events.onmessage = async ({ data }) => {
    const status = JSON.parse(data);
    byId("check-code").hidden = status.state !== "AWAITING_CHECK_CODE";
    if (!byId("check-code").hidden) askForCheckCode(status.checkCode, query);
    if (["PENDING", "SCANNED", "AWAITING_CHECK_CODE"].includes(status.state)) {
      return showText(texts[status.state](status));
    }
    // Without this, the EventSource would reconnect forever.
    events.close();
    if (status.state !== "AUTHORIZED") return showEnd((texts[status.state] ?? failureText)());
    if (await post("/sign-in/complete" + query)) location.reload();
    else showEnd(failureText());
  };
  // An EventSource reconnects after a lost connection. It closes when the server no longer knows the sign-in.
  events.onerror = () => events.readyState === EventSource.CLOSED && showEnd(failureText());
}

function askForCheckCode({ digits }, query) {
  const input = byId("digits");
  input.value = "";
  input.pattern = "[0-9]{" + digits + "}";
  input.maxLength = digits;
  input.focus();
  // The stream says whether the number was right.
  byId("check-code").onsubmit = (event) => {
    event.preventDefault();
    post("/sign-in/check-code" + query, { checkCode: input.value });
  };
}

function showText(text) {
  byId("state").textContent = text;
}

function showEnd(text) {
  showText(text);
  byId("code").replaceChildren();
  byId("check-code").hidden = true;
  byId("new-code").hidden = false;
}

/** Posts to the backend. Resolves with the response body, or with undefined after an error. */
async function post(path, body) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { method: "POST", ...json }).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}
`;
