// A page that acts as the phone: reads a code, shows the request, and approves or declines it. A real app does
// the same with its own token.

import { contextBySource } from "./phone_context.js";
import { errorMessage, formatDuration, isTransient } from "./phone_messages.js";
import { readCamera, readImage } from "./qr_reader.js";

const byId = (id) => document.getElementById(id);
const isVisible = (id) => !byId(id).hidden;
let cameraAbort;
let pendingRequest;
let countdown;
// Responses to an earlier scan, or to one by another user, are ignored.
let generation = 0;

byId("use-camera").onclick = () => (cameraAbort ? cameraAbort.abort() : startCamera());
byId("file").onchange = async ({ target }) => {
  await scanImage(target.files[0]);
  target.value = "";
};
byId("paste").onclick = readClipboard;
byId("typed").onsubmit = (event) => {
  event.preventDefault();
  void submitText(byId("text").value.trim());
};
byId("agree").onclick = () =>
  decide("agree", "You are signed in", `${pendingRequest.app} has your answer. You can put the phone away.`);
byId("decline").onclick = () =>
  decide("decline", "Declined", `${pendingRequest.app} knows that this was not you.`);
byId("scan-another").onclick = () => showSection("scan", "scan-title");
for (const choice of document.querySelectorAll("[name=user]")) {
  // A code belongs to the user who has scanned it.
  choice.onchange = () => showSection("scan");
}

document.addEventListener("paste", (event) => {
  if (!isVisible("scan") || event.target === byId("text")) return;
  event.preventDefault();
  void handleDataTransfer(event.clipboardData);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (isVisible("scan")) void handleDataTransfer(event.dataTransfer);
});

async function startCamera() {
  cameraAbort = new AbortController();
  const { signal } = cameraAbort;
  showMessage("");
  byId("use-camera").textContent = "Stop the camera";
  byId("hint").hidden = true;
  try {
    const text = await readCamera(byId("camera"), signal);
    if (text && !signal.aborted) await submitText(text);
  } catch (error) {
    if (signal.aborted) return;
    showMessage(
      error.name === "NotAllowedError"
        ? "The browser blocks the camera. Allow it, or choose an image of the code."
        : "No camera is available. Choose an image of the code, or paste it.",
    );
  } finally {
    if (cameraAbort?.signal === signal) stopCamera();
  }
}

function stopCamera() {
  cameraAbort?.abort();
  cameraAbort = undefined;
  byId("use-camera").textContent = "Use the camera";
  byId("hint").hidden = false;
}

async function readClipboard() {
  try {
    const [item] = await navigator.clipboard.read();
    const type = item.types.find((one) => one.startsWith("image/")) ?? "text/plain";
    const blob = await item.getType(type);
    await (type === "text/plain" ? submitText((await blob.text()).trim()) : scanImage(blob));
  } catch (error) {
    const isEmpty = error.name === "NotFoundError" || error instanceof TypeError;
    showMessage(
      isEmpty && navigator.clipboard?.read
        ? "There is no code to paste. Copy one first."
        : "Press Ctrl+V, or ⌘V, to paste.",
    );
  }
}

/** Handles pasted or dropped data: an image, the address of an image of the demo, or text. */
async function handleDataTransfer(transfer) {
  const image = [...transfer.files].find(({ type }) => type.startsWith("image/"));
  if (image) return scanImage(image);
  const text = transfer.getData("text/plain").trim();
  if (!text.startsWith(`${location.origin}/`)) return submitText(text);
  const ownGeneration = ++generation;
  const response = await fetch(text).catch(() => undefined);
  const file = await response?.blob();
  if (ownGeneration === generation) await scanImage(file);
}

async function scanImage(file) {
  if (!file) return;
  stopCamera();
  const ownGeneration = ++generation;
  const text = await readImage(file).catch(() => null);
  if (ownGeneration !== generation) return;
  if (text === null) showMessage("This is not an image. Choose a photo or a screenshot of the code.");
  else if (text === undefined) showMessage("There is no QR code in this image.");
  else await submitText(text);
}

async function submitText(text) {
  stopCamera();
  const ownGeneration = ++generation;
  if (!text) return showMessage("There is no code to paste. Copy one first.");
  const user = document.querySelector("[name=user]:checked").value;
  const { result, problem } = await post("scan", { user, text });
  if (ownGeneration !== generation) return;
  if (problem) return showMessage(errorMessage(problem));
  const app = result.app?.name || "A website";
  const totalMs = result.remainingMs || 0;
  pendingRequest = { user, app, ticketId: result.ticketId, totalMs, until: Date.now() + totalMs };
  byId("text").value = "";
  byId("asking").textContent = `Sign in to ${app} as ${displayNameOf(user)}?`;
  byId("monogram").textContent = app[0];
  showLogo(result.app?.logoUrl);
  byId("stated-title").textContent = `${app} says`;
  for (const [source, rows] of Object.entries(contextBySource(result))) showContext(source, rows);
  showSection("ask", "asking");
  startCountdown();
}

/** Shows the data of one source under its own heading, or hides the heading if there is none. */
function showContext(source, rows) {
  const group = document.querySelector(`[data-source=${source}]`);
  group.hidden = rows.length === 0;
  const items = rows.flatMap(([term, value]) => [element("dt", term), element("dd", value)]);
  group.querySelector("dl").replaceChildren(...items);
}

function showLogo(url) {
  const logo = byId("logo");
  const setLogoLoaded = (isLoaded) => {
    logo.hidden = !isLoaded;
    byId("monogram").hidden = isLoaded;
  };
  setLogoLoaded(false);
  logo.onload = () => setLogoLoaded(true);
  logo.onerror = () => setLogoLoaded(false);
  if (url) logo.src = url;
}

function startCountdown() {
  const { totalMs, until } = pendingRequest;
  const tick = () => {
    const left = Math.max(0, until - Date.now());
    byId("left").textContent = `${formatDuration(left)} left`;
    byId("bar").style.scale = `${left && left / totalMs} 1`;
    if (left === 0) showOutcome("no", "Too late", errorMessage({ reason: "TICKET_EXPIRED" }));
  };
  countdown = setInterval(tick, 500);
  tick();
}

async function decide(what, outcome, explanation) {
  const ownGeneration = ++generation;
  clearInterval(countdown);
  showMessage("");
  setButtonsEnabled(false);
  const { user, ticketId } = pendingRequest;
  const { problem } = await post(what, { user, ticketId });
  if (ownGeneration !== generation) return;
  setButtonsEnabled(true);
  if (problem && isTransient(problem)) {
    showMessage(errorMessage(problem));
    byId(what).focus();
    startCountdown();
  } else if (problem) showOutcome("no", "That did not work", errorMessage(problem));
  else showOutcome(what === "agree" ? "yes" : "no", outcome, explanation);
}

function setButtonsEnabled(isEnabled) {
  for (const id of ["agree", "decline"]) byId(id).disabled = !isEnabled;
}

function showOutcome(mark, outcome, explanation) {
  byId("done").dataset.mark = mark;
  byId("outcome").textContent = outcome;
  byId("explanation").textContent = explanation;
  showSection("done", "outcome");
}

async function post(what, body) {
  try {
    const response = await fetch(`/demo/phone/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const result = await response.json();
    return response.ok ? { result } : { problem: result };
  } catch {
    return { problem: {} };
  }
}

function showSection(name, focus) {
  generation++;
  showMessage("");
  stopCamera();
  clearInterval(countdown);
  setButtonsEnabled(true);
  for (const section of ["scan", "ask", "done"]) byId(section).hidden = section !== name;
  if (focus) byId(focus).focus();
}

function displayNameOf(user) {
  return document.querySelector(`[value=${user}] + span`).textContent;
}

function showMessage(text) {
  byId("problem").textContent = isVisible("scan") ? text : "";
  byId("decision-problem").textContent = isVisible("ask") ? text : "";
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
