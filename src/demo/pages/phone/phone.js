// A page that acts as the phone: reads a code, shows the request, and approves or declines it. An app does the
// same: see docs/phone.md.
import { clearCheckCode, showCheckCode } from "./check_code.js";
import { createCountdown } from "./countdown.js";
import { contextBySource } from "./requester.js";
import { createScanner } from "./scan/scanner.js";
import { createSignInCalls, millisecondsOf } from "./sign_in_calls.js";
import { currentLanguage, setLanguage, showText, stepAfter, textOf } from "./texts.js";

const byId = (id) => document.getElementById(id);
const sections = ["scan", "ask", "check-code", "done"];
const isVisible = (id) => !byId(id).hidden;
const visibleSection = () => sections.find(isVisible);
const tokens = {};
const outcomes = {
  approved: { mark: "yes", title: "screen.approvedTitle", explanation: "screen.approvedText" },
  declined: { mark: "no", title: "screen.declinedTitle", explanation: "screen.declinedText" },
  expired: { mark: "no", title: "screen.expiredTitle", explanation: "errors.TICKET_EXPIRED" },
};
/** Buttons of the decisions, by the section that has them. */
const buttons = {
  ask: { authorize: "agree", cancel: "decline" },
  "check-code": { authorize: "code-typed", cancel: "code-cancel" },
};
const countdown = createCountdown();
let pending;
// Responses to an earlier scan, or to one by another user, are ignored.
let generation = 0;

const scanner = createScanner({ onText: submitText, onProblem: showMessage });
setLanguage(currentLanguage());
document.body.hidden = false;

byId("language").onclick = () => {
  setLanguage(currentLanguage() === "en" ? "zh" : "en");
  if (pending) showRequester();
};
for (const methods of Object.values(buttons)) {
  for (const [method, id] of Object.entries(methods)) byId(id).onclick = () => decide(method);
}
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
  byId("check-code-notice").hidden = !response.checkCodeDigits;
  showLogo(app, response.app?.logoUrl);
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

/** Shows the app's logo, or its initial until the logo has loaded. */
function showLogo(app, url) {
  for (const block of document.querySelectorAll(".app")) {
    const logo = block.querySelector(".logo");
    const monogram = block.querySelector(".monogram");
    monogram.textContent = app[0];
    const setLogoLoaded = (isLoaded) => {
      logo.hidden = !isLoaded;
      monogram.hidden = isLoaded;
    };
    setLogoLoaded(false);
    logo.onload = () => setLogoLoaded(true);
    logo.onerror = () => setLogoLoaded(false);
    if (url) logo.src = url;
  }
}

function startCountdown() {
  countdown.start(byId(visibleSection()), pending, () => {
    clearCheckCode();
    // An approval without an answer may have arrived, and the website may have the check code. A repetition tells.
    if (pending.isApprovalUncertain) void decide("authorize");
    else showOutcome(outcomes.expired);
  });
}

/**
 * Sends a decision. An approval may be repeated: it then tells whether the website still waits for the check code.
 */
async function decide(method) {
  const ownGeneration = ++generation;
  countdown.stop();
  showMessage();
  setButtonsEnabled(false);
  const { user, response, until } = pending;
  const { response: decision, error } = await callsOf(user)[method](response.ticketId);
  if (ownGeneration !== generation) return;
  setButtonsEnabled(true);
  if (decision?.checkCode && isVisible("ask")) return askForCheckCode(decision);
  const isTimeOver = until <= performance.now();
  const outcome = outcomeOf(method, { decision, error, isTimeOver });
  if (outcome) return showOutcome(outcome);
  if (method === "authorize") pending.isApprovalUncertain = true;
  showMessage(error ? stepAfter(error).textName : "screen.checkCodeMissing");
  byId(buttons[visibleSection()][method]).focus();
  startCountdown();
}

/** Shows the check code until the website has it or its time is over. */
function askForCheckCode({ checkCode, remainingDuration }) {
  const totalMs = millisecondsOf(remainingDuration);
  pending = { ...pending, totalMs, until: performance.now() + totalMs, isApprovalUncertain: true };
  showSection("check-code", "check-code-title");
  showCheckCode(checkCode, pending.app);
  startCountdown();
}

/** Returns how a decision has ended; undefined if it can be repeated. */
function outcomeOf(method, { decision, error, isTimeOver }) {
  if (decision?.checkCode) return isTimeOver ? outcomes.expired : undefined;
  if (!error) return method === "authorize" ? outcomes.approved : outcomes.declined;
  // Only the user who has approved a ticket gets this: an earlier approval arrived, but its response did not.
  if (error.reason === "TICKET_ALREADY_EXCHANGED") {
    return method === "authorize" ? outcomes.approved : failed("errors.TICKET_ALREADY_AUTHORIZED");
  }
  const { textName, next } = stepAfter(error);
  return next === "repeat" && !isTimeOver ? undefined : failed(textName);
}

function setButtonsEnabled(isEnabled) {
  for (const id of Object.values(buttons).flatMap(Object.values)) byId(id).disabled = !isEnabled;
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
  countdown.stop();
  clearCheckCode();
  setButtonsEnabled(true);
  if (!(name in buttons)) pending = undefined;
  for (const section of sections) byId(section).hidden = section !== name;
  window.scrollTo(0, 0);
  if (focus) byId(focus).focus({ preventScroll: true });
}

/** Shows a message in the visible section, or none without a name. */
function showMessage(name) {
  byId("repeat").hidden = true;
  for (const problem of document.querySelectorAll("[role=alert]")) {
    const isShown = !problem.closest("section").hidden;
    showText(problem, isShown ? name : undefined);
    if (isShown && name) problem.scrollIntoView({ block: "nearest" });
  }
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

function element(name, text) {
  return Object.assign(document.createElement(name), { textContent: text });
}
