// A page that acts as the phone: reads a code, shows the request, and approves or declines it. An app does the
// same: see docs/phone.md.
import { contextBySource } from "./requester.js";
import { createScanner } from "./scanner.js";
import { createSignInCalls, millisecondsOf } from "./sign_in_calls.js";
import { currentLanguage, setLanguage, showText, stepAfter, textOf } from "./texts.js";

const byId = (id) => document.getElementById(id);
const isVisible = (id) => !byId(id).hidden;
const tokens = {};
const outcomes = {
  approved: { mark: "yes", title: "screen.approvedTitle", explanation: "screen.approvedText" },
  declined: { mark: "no", title: "screen.declinedTitle", explanation: "screen.declinedText" },
  expired: { mark: "no", title: "screen.expiredTitle", explanation: "errors.TICKET_EXPIRED" },
};
let pending;
let countdown;
// Responses to an earlier scan, or to one by another user, are ignored.
let generation = 0;

const scanner = createScanner({ onText: submitText, onProblem: showMessage });
setLanguage(currentLanguage());
document.body.hidden = false;

byId("language").onclick = () => {
  setLanguage(currentLanguage() === "en" ? "zh" : "en");
  if (pending) showRequester();
};
byId("agree").onclick = () => decide("authorize");
byId("decline").onclick = () => decide("cancel");
byId("scan-another").onclick = () => showSection("scan", "scan-title");
for (const choice of document.querySelectorAll("[name=user]")) {
  choice.onchange = leaveRequest;
}

async function submitText(text) {
  const ownGeneration = ++generation;
  showMessage();
  const user = document.querySelector("[name=user]:checked").value;
  const { response, error } = await callsOf(user).markScanned(text);
  if (ownGeneration !== generation) return;
  if (error) return showScanError(text, error);
  const app = response.app?.name || textOf("demo.aWebsite");
  const totalMs = millisecondsOf(response.remainingDuration);
  pending = { user, app, response, totalMs, until: performance.now() + totalMs };
  byId("text").value = "";
  // This user has already approved it.
  if (response.state === "TICKET_STATE_AUTHORIZED") return showOutcome(outcomes.approved);
  showText(byId("asking"), "screen.askTitle", { app, user: displayNameOf(user) });
  byId("monogram").textContent = app[0];
  showLogo(response.app?.logoUrl);
  showText(byId("stated-title"), "screen.statedTitle", { app });
  showRequester();
  showSection("ask", "asking");
  startCountdown();
}

/** Declines a request that the user leaves without a decision: it belongs to the user who has scanned it. */
function leaveRequest() {
  const isDeciding = byId("agree").disabled;
  if (pending && !isDeciding) void callsOf(pending.user).cancel(pending.response.ticketId);
  showSection("scan");
}

/** Shows why a scan has failed. Keeps the text of the code if a repeated call may succeed. */
function showScanError(text, error) {
  const { textName, next } = stepAfter(error);
  showMessage(textName);
  byId("repeat").hidden = next !== "repeat";
  byId("repeat").onclick = () => submitText(text);
}

/** Shows the data of each source under its own heading. Hides a heading without data. */
function showRequester() {
  for (const [source, rows] of Object.entries(contextBySource(pending.response))) {
    const group = document.querySelector(`[data-source=${source}]`);
    group.hidden = rows.length === 0;
    const items = rows.flatMap(([term, value]) => [element("dt", term), element("dd", value)]);
    group.querySelector("dl").replaceChildren(...items);
  }
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
  const { totalMs, until } = pending;
  const tick = () => {
    const left = Math.max(0, until - performance.now());
    showText(byId("left"), "screen.timeLeft", { time: formatDuration(left) });
    byId("bar").style.scale = `${left && left / totalMs} 1`;
    if (left > 0) return;
    // An approval without an answer may have arrived. A repetition tells.
    if (pending.isApprovalUncertain) void decide("authorize");
    else showOutcome(outcomes.expired);
  };
  countdown = setInterval(tick, 500);
  tick();
}

async function decide(method) {
  const ownGeneration = ++generation;
  clearInterval(countdown);
  showMessage();
  setButtonsEnabled(false);
  const { user, response, until } = pending;
  const { error } = await callsOf(user)[method](response.ticketId);
  if (ownGeneration !== generation) return;
  setButtonsEnabled(true);
  const outcome = outcomeOf(method, error, until <= performance.now());
  if (outcome) return showOutcome(outcome);
  if (method === "authorize") pending.isApprovalUncertain = true;
  showMessage(stepAfter(error).textName);
  byId(method === "authorize" ? "agree" : "decline").focus();
  startCountdown();
}

/** Returns how a decision has ended; undefined if it can be repeated. */
function outcomeOf(method, error, isTimeOver) {
  if (!error) return method === "authorize" ? outcomes.approved : outcomes.declined;
  // Only the user who has approved a ticket gets this: an earlier approval arrived, but its response did not.
  if (error.reason === "TICKET_ALREADY_EXCHANGED") {
    return method === "authorize" ? outcomes.approved : failed("errors.TICKET_ALREADY_AUTHORIZED");
  }
  const { textName, next } = stepAfter(error);
  return next === "repeat" && !isTimeOver ? undefined : failed(textName);
}

function setButtonsEnabled(isEnabled) {
  for (const id of ["agree", "decline"]) byId(id).disabled = !isEnabled;
}

function failed(explanation) {
  return { mark: "no", title: "screen.failedTitle", explanation };
}

function showOutcome({ mark, title, explanation }) {
  byId("done").dataset.mark = mark;
  showText(byId("outcome"), title);
  showText(byId("explanation"), explanation, { app: pending.app });
  showSection("done", "outcome");
}

function showSection(name, focus) {
  generation++;
  showMessage();
  scanner.stop();
  clearInterval(countdown);
  setButtonsEnabled(true);
  if (name !== "ask") pending = undefined;
  for (const section of ["scan", "ask", "done"]) byId(section).hidden = section !== name;
  window.scrollTo(0, 0);
  if (focus) byId(focus).focus({ preventScroll: true });
}

/** Shows a message in the visible section, or none without a name. */
function showMessage(name) {
  byId("repeat").hidden = true;
  showText(byId("problem"), isVisible("scan") ? name : undefined);
  if (name) byId("problem").scrollIntoView({ block: "nearest" });
  showText(byId("decision-problem"), isVisible("ask") ? name : undefined);
}

/** Returns the calls of a demo user. An app has one user, and gets the token from its own sign-in. */
function callsOf(user) {
  return createSignInCalls(async (isNew) => {
    if (isNew || !tokens[user]) {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ user });
      const response = await fetch("/demo/phone/token", { method: "POST", headers, body });
      if (!response.ok) throw new Error(`the demo issues no token (HTTP ${response.status})`);
      tokens[user] = (await response.json()).token;
    }
    return tokens[user];
  });
}

function displayNameOf(user) {
  return document.querySelector(`[value=${user}] + span`).textContent;
}

/** Returns a duration as `1:05`. */
function formatDuration(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
