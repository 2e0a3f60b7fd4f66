// The phone, played by a page: reads a code, shows who asks, agrees or declines. A real app does the same with its own token.
const cameraPause = 120;
let scanned;
let stopCamera = () => {};

byId("start").onclick = useCamera;
byId("file").onchange = async ({ target }) => {
  const [file] = target.files;
  if (file) await readPicture(file);
  target.value = "";
};
byId("paste").onsubmit = (event) => {
  event.preventDefault();
  void take(byId("text").value.trim());
};
byId("agree").onclick = () => decide("agree", "Signed in", "The website has been told. You can put the phone away.");
byId("decline").onclick = () => decide("decline", "Declined", "The website has been told that this was not you.");
byId("again").onclick = () => show("scan");

async function useCamera() {
  say("");
  const video = byId("camera");
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    let stopped = false;
    stopCamera = () => {
      stopped = true;
      for (const track of stream.getTracks()) track.stop();
      video.hidden = true;
      byId("hint").hidden = false;
      byId("start").hidden = false;
    };
    video.srcObject = stream;
    video.hidden = false;
    byId("hint").hidden = true;
    byId("start").hidden = true;
    await video.play();
    while (!stopped) {
      const text = textIn(video, video.videoWidth, video.videoHeight);
      if (text) return await take(text);
      await new Promise((resolve) => setTimeout(resolve, cameraPause));
    }
  } catch (error) {
    stopCamera();
    say(error.name === "NotAllowedError" ? "The camera was not allowed." : "There is no camera here. Choose a picture instead.");
  }
}

async function readPicture(file) {
  try {
    const picture = await createImageBitmap(file);
    const text = textIn(picture, picture.width, picture.height);
    if (text) await take(text);
    else say("There is no code in this picture.");
  } catch {
    say("This file is not a picture.");
  }
}

function textIn(picture, width, height) {
  if (!width || !height) return undefined;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0);
  return window.jsQR(context.getImageData(0, 0, width, height).data, width, height)?.data;
}

async function take(text) {
  stopCamera();
  const answer = await post("scan", { user: userName(), text });
  if (answer.failure) {
    show("scan");
    return say(answer.failure);
  }
  scanned = { user: userName(), ticketId: answer.ticketId };
  byId("asking").textContent = `Sign in to ${answer.app?.name || "a website"}?`;
  const { ipAddress, userAgent, deviceName, place } = answer.requester ?? {};
  const rows = [
    ["Device", deviceName || userAgent],
    ["Place", place],
    ["Address", ipAddress],
    ...Object.entries(answer.customData ?? {}).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  ].filter(([, value]) => value);
  byId("requester").replaceChildren(...rows.flatMap(([term, value]) => [element("dt", term), element("dd", value)]));
  show("ask", "asking");
}

async function decide(what, outcome, explanation) {
  const answer = await post(what, scanned);
  byId("outcome").textContent = answer.failure ? "That did not work" : outcome;
  byId("explanation").textContent = answer.failure ?? explanation;
  show("done", "outcome");
}

async function post(what, body) {
  try {
    const response = await fetch(`/demo/phone/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    return response.ok ? answer : { failure: answer.detail ?? "The service refused." };
  } catch {
    return { failure: "The service cannot be reached." };
  }
}

function show(name, focus) {
  say("");
  for (const section of ["scan", "ask", "done"]) byId(section).hidden = section !== name;
  if (focus) byId(focus).focus();
}

function say(text) {
  byId("problem").textContent = text;
}

function userName() {
  return document.querySelector("[name=user]:checked").value;
}

function byId(id) {
  return document.getElementById(id);
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
