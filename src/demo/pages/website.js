// All that a site's page has to do: show the code, post the ticket to the site's backend, and greet the user.
const { startScanning } = window.QrLogin;
const byId = (id) => document.getElementById(id);

byId("sign-out").addEventListener("click", signOut);
await start();

async function start() {
  // If the session cannot be read, the page offers a sign-in.
  const { user } = await call("/demo/session").catch(() => ({}));
  if (user) showAccount(user);
  else signIn();
}

function signIn() {
  // An error stays visible beside the next code until that code is scanned.
  let keepProblem = false;
  const scanning = startScanning("qrcode", {
    // The backend keeps the verifier in this browser's cookie and accepts no ticket that was created in another
    // browser.
    codeChallenge: async () => (await call("/demo/session/challenge", {})).codeChallenge,
    async onSuccess(_scannedBy, ticket) {
      try {
        // The backend exchanges the ticket with the app's secret and its verifier, starts a session, and
        // returns the user.
        const { user } = await call("/demo/session", { ticket });
        scanning.stop();
        showAccount(user);
      } catch (error) {
        showProblem(error.message);
        keepProblem = true;
        scanning.restart();
      }
    },
    onScanned() {
      clearProblem();
      notifyCopyButton("coderemoved");
    },
    onCodeShow(_handle, imageUrl) {
      if (!keepProblem) clearProblem();
      keepProblem = false;
      notifyCopyButton("codeshown", imageUrl);
    },
    onCodeChange: (_handle, imageUrl) => notifyCopyButton("codeshown", imageUrl),
    onCodeDestroyed: () => notifyCopyButton("coderemoved"),
  });
}

/** Sends an event to the script of the demo's copy button. */
function notifyCopyButton(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function showAccount(user) {
  clearProblem();
  byId("sign-in").hidden = true;
  byId("account").hidden = false;
  byId("greeting").textContent = `Welcome, ${user.nickname || user.name || "reader"}`;
  byId("lead").textContent = "Your shelf is where you left it.";
  byId("photo").hidden = !user.photoUrl;
  byId("photo").src = user.photoUrl;
  const details = Object.entries({ Name: user.name, Mail: user.email, Phone: user.phone }).filter(
    ([, value]) => value,
  );
  byId("details").replaceChildren(
    ...details.flatMap(([term, value]) => [createElement("dt", term), createElement("dd", value)]),
  );
  // Moves the focus, so that screen readers announce the change.
  byId("greeting").focus();
}

async function signOut() {
  try {
    await call("/demo/session/end", {});
    location.reload();
  } catch (error) {
    showProblem(error.message);
  }
}

/**
 * Calls the site's backend, with POST if there is a body.
 *
 * @throws Error with the detail of an error response.
 */
async function call(path, body) {
  const post = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, body && post).catch(() => {
    throw new Error("the website cannot be reached. Try again in a moment.");
  });
  const result = await response.json();
  if (!response.ok) throw new Error(`${result.detail}.`);
  return result;
}

function showProblem(message) {
  byId("problem").textContent = `That did not work: ${message}`;
}

function clearProblem() {
  byId("problem").textContent = "";
}

function createElement(name, content) {
  return Object.assign(document.createElement(name), { textContent: content });
}
