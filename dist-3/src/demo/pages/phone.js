// The phone, played by a page: reads a code, shows who asks, agrees or declines. A real app does the same with its own token.

import { contextBySource } from "./phone_context.js";
import { readCamera, readPicture } from "./phone_reader.js";
import { clockOf, passes, refusalInWords } from "./phone_words.js";

const byId = (id) => document.getElementById(id);
const isShown = (id) => !byId(id).hidden;
let looking;
let asked;
let countdown;
// What is answered to an earlier scan, or to another user, is not wanted any more.
let turn = 0;

byId("use-camera").onclick = () => (looking ? looking.abort() : look());
byId("file").onchange = async ({ target }) => {
  await takePicture(target.files[0]);
  target.value = "";
};
byId("paste").onclick = readClipboard;
byId("typed").onsubmit = (event) => {
  event.preventDefault();
  void take(byId("text").value.trim());
};
byId("agree").onclick = () =>
  decide("agree", "You are signed in", `${asked.app} has been told. You can put the phone away.`);
byId("decline").onclick = () =>
  decide("decline", "Declined", `${asked.app} has been told that this was not you.`);
byId("again").onclick = () => show("scan", "scan-title");
for (const choice of document.querySelectorAll("[name=user]")) {
  // A code belongs to the one who has scanned it.
  choice.onchange = () => show("scan");
}

document.addEventListener("paste", (event) => {
  if (!isShown("scan") || event.target === byId("text")) return;
  event.preventDefault();
  void takeTransfer(event.clipboardData);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  if (isShown("scan")) void takeTransfer(event.dataTransfer);
});

async function look() {
  looking = new AbortController();
  const { signal } = looking;
  say("");
  byId("use-camera").textContent = "Stop the camera";
  byId("hint").hidden = true;
  try {
    const text = await readCamera(byId("camera"), signal);
    if (text && !signal.aborted) await take(text);
  } catch (error) {
    if (signal.aborted) return;
    say(
      error.name === "NotAllowedError"
        ? "The camera is not allowed. Allow it in the browser, or choose a picture of the code."
        : "There is no camera to be used here. Choose a picture of the code, or paste it.",
    );
  } finally {
    if (looking?.signal === signal) stopLooking();
  }
}

function stopLooking() {
  looking?.abort();
  looking = undefined;
  byId("use-camera").textContent = "Use the camera";
  byId("hint").hidden = false;
}

async function readClipboard() {
  try {
    const [item] = await navigator.clipboard.read();
    const type = item.types.find((one) => one.startsWith("image/")) ?? "text/plain";
    const blob = await item.getType(type);
    await (type === "text/plain" ? take((await blob.text()).trim()) : takePicture(blob));
  } catch (error) {
    const nothing = error.name === "NotFoundError" || error instanceof TypeError;
    say(
      nothing && navigator.clipboard?.read
        ? "There is no code to paste. Copy one first."
        : "Press Ctrl+V, or ⌘V, to paste.",
    );
  }
}

/** What was pasted or dropped: a picture, the address of one of ours, or text. */
async function takeTransfer(transfer) {
  const picture = [...transfer.files].find(({ type }) => type.startsWith("image/"));
  if (picture) return takePicture(picture);
  const text = transfer.getData("text/plain").trim();
  if (!text.startsWith(`${location.origin}/`)) return take(text);
  const mine = ++turn;
  const response = await fetch(text).catch(() => undefined);
  const file = await response?.blob();
  if (mine === turn) await takePicture(file);
}

async function takePicture(file) {
  if (!file) return;
  stopLooking();
  const mine = ++turn;
  const text = await readPicture(file).catch(() => null);
  if (mine !== turn) return;
  if (text === null) say("This is not a picture. Choose a photograph or a screenshot of the code.");
  else if (text === undefined) say("There is no code to be found in this picture.");
  else await take(text);
}

async function take(text) {
  stopLooking();
  const mine = ++turn;
  if (!text) return say("There is no code to paste. Copy one first.");
  const user = document.querySelector("[name=user]:checked").value;
  const { answer, refusal } = await post("scan", { user, text });
  if (mine !== turn) return;
  if (refusal) return say(refusalInWords(refusal));
  const app = answer.app?.name || "A website";
  const lastsMs = answer.remainingMs || 0;
  asked = { user, app, ticketId: answer.ticketId, lastsMs, until: Date.now() + lastsMs };
  byId("text").value = "";
  byId("asking").textContent = `Sign in to ${app} as ${nameOf(user)}?`;
  byId("monogram").textContent = app[0];
  showLogo(answer.app?.logoUrl);
  byId("stated-title").textContent = `${app} says`;
  for (const [source, rows] of Object.entries(contextBySource(answer))) showContext(source, rows);
  show("ask", "asking");
  count();
}

/** Shows what one source says, under its own heading. Nothing is shown of a source that says nothing. */
function showContext(source, rows) {
  const group = document.querySelector(`[data-source=${source}]`);
  group.hidden = rows.length === 0;
  const items = rows.flatMap(([term, value]) => [element("dt", term), element("dd", value)]);
  group.querySelector("dl").replaceChildren(...items);
}

function showLogo(url) {
  const logo = byId("logo");
  const known = (there) => {
    logo.hidden = !there;
    byId("monogram").hidden = there;
  };
  known(false);
  logo.onload = () => known(true);
  logo.onerror = () => known(false);
  if (url) logo.src = url;
}

function count() {
  const { lastsMs, until } = asked;
  const tick = () => {
    const left = Math.max(0, until - Date.now());
    byId("left").textContent = `${clockOf(left)} left`;
    byId("bar").style.scale = `${left && left / lastsMs} 1`;
    if (left === 0) finish("no", "Too late", refusalInWords({ reason: "TICKET_EXPIRED" }));
  };
  countdown = setInterval(tick, 500);
  tick();
}

async function decide(what, outcome, explanation) {
  const mine = ++turn;
  clearInterval(countdown);
  say("");
  enable(false);
  const { user, ticketId } = asked;
  const { refusal } = await post(what, { user, ticketId });
  if (mine !== turn) return;
  enable(true);
  if (refusal && passes(refusal)) {
    say(refusalInWords(refusal));
    byId(what).focus();
    count();
  } else if (refusal) finish("no", "That did not work", refusalInWords(refusal));
  else finish(what === "agree" ? "yes" : "no", outcome, explanation);
}

function enable(can) {
  for (const id of ["agree", "decline"]) byId(id).disabled = !can;
}

function finish(mark, outcome, explanation) {
  byId("done").dataset.mark = mark;
  byId("outcome").textContent = outcome;
  byId("explanation").textContent = explanation;
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
    return response.ok ? { answer } : { refusal: answer };
  } catch {
    return { refusal: {} };
  }
}

function show(name, focus) {
  turn++;
  say("");
  stopLooking();
  clearInterval(countdown);
  enable(true);
  for (const section of ["scan", "ask", "done"]) byId(section).hidden = section !== name;
  if (focus) byId(focus).focus();
}

function nameOf(user) {
  return document.querySelector(`[value=${user}] + span`).textContent;
}

function say(text) {
  byId("problem").textContent = isShown("scan") ? text : "";
  byId("trouble").textContent = isShown("ask") ? text : "";
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
