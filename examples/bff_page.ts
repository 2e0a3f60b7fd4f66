const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src data:";

/** The page of the example. What is known of somebody is set as text by its script, never as markup. */
export const page = {
  headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": contentSecurityPolicy },
  html: `<!doctype html>
<html lang="en">
  <title>Sign in</title>
  <link rel="icon" href="data:,">
  <style>body { font: 1.2rem system-ui; text-align: center; margin: 3rem }</style>
  <div id="code"></div>
  <p id="state" role="status"></p>
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
  CANCELLED: () => "Declined on the phone",
  EXPIRED: () => "The code has expired",
  EXCHANGED: () => "The code has been used",
};
const failed = () => "Signing in does not work at the moment";

byId("new-code").onclick = signIn;
byId("sign-out").onclick = async () => {
  await fetch("/sign-out", { method: "POST" });
  location.reload();
};
begin();

async function begin() {
  const { nickname } = await (await fetch("/session")).json();
  if (nickname === null) return signIn();
  say("Welcome, " + nickname);
  byId("sign-out").hidden = false;
}

async function signIn() {
  byId("new-code").hidden = true;
  const answer = await post("/sign-in");
  if (!answer) return end(failed());
  byId("code").innerHTML = answer.svg; // drawn by the service from its own text
  follow("?ticketId=" + encodeURIComponent(answer.ticketId));
}

function follow(query) {
  const events = new EventSource("/sign-in/events" + query);
  events.onmessage = async ({ data }) => {
    const status = JSON.parse(data);
    if (status.state === "PENDING" || status.state === "SCANNED") return say(texts[status.state](status));
    // Else it would connect anew for ever.
    events.close();
    if (status.state !== "AUTHORIZED") return end((texts[status.state] ?? failed)());
    if (await post("/sign-in/complete" + query)) location.reload();
    else end(failed());
  };
  // It comes back by itself after a lost connection, and gives up where the server no longer knows the sign-in.
  events.onerror = () => events.readyState === EventSource.CLOSED && end(failed());
}

function say(text) {
  byId("state").textContent = text;
}

function end(text) {
  say(text);
  byId("code").replaceChildren();
  byId("new-code").hidden = false;
}

/** Posts, and answers what comes back; undefined where it was refused. */
async function post(path) {
  const response = await fetch(path, { method: "POST" }).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
}
`;
