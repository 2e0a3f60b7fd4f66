// What a site's own page does: show the code, take the ticket to the site's backend, greet.
const { startScanning } = window.QrLogin;

const user = await (await fetch("/demo/session")).json();
if (user) greet(user);
else signIn();

function signIn() {
  const scanning = startScanning("qrcode", {
    onSuccess: async (_scannedBy, ticket) => {
      // The backend spends the ticket with the app's secret, and starts a session of its own.
      const response = await post("/demo/session", { ticket });
      scanning.stop();
      greet(await response.json());
    },
    onError: (message) => console.warn(message),
  });
}

function greet(signedIn) {
  document.title = `${signedIn.nickname} at Harbour Books`;
  byId("welcome").hidden = false;
  byId("photo").src = signedIn.photoUrl;
  byId("greeting").textContent = `Welcome, ${signedIn.nickname}`;
  byId("details").replaceChildren(
    ...[
      ["Name", signedIn.name],
      ["Mail", signedIn.email],
      ["Phone", signedIn.phone],
    ].flatMap(([term, value]) => [element("dt", term), element("dd", value)]),
  );
  byId("greeting").focus();
  byId("sign-out").onclick = async () => {
    await post("/demo/session/end", {});
    location.reload();
  };
}

function post(path, body) {
  return fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

function byId(id) {
  return document.getElementById(id);
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
