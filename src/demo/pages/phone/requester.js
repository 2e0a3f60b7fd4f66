// Collects what the phone shows of a request, by source. An attacker may have written any of these texts.
import { describeBrowser } from "./describe_browser.js";
import { textOf } from "./texts.js";

/** Limit of a text that is shown, in characters. */
const maxTextLength = 60;

/**
 * Returns rows of a term and a text: `observed` by the sign-in service, `stated` by the website's backend, and
 * `claimed` by the page. An unknown source counts as a claim. Claims are in quotation marks.
 */
export function contextBySource({ requester = {}, customData, customDataSource }) {
  const rows = { observed: [], stated: [], claimed: [] };
  for (const [name, text] of [
    ["ipAddress", describeAddress(requester.ipAddress)],
    ["deviceName", requester.deviceName],
    ["userAgent", describeBrowser(requester.userAgent)],
    ["location", requester.location],
  ]) {
    const group = groupOf(requester[`${name}Source`]);
    const term = textOf(`screen.${name}`);
    if (text) rows[group].push([term, group === "claimed" ? toQuotedText(text) : toPlainText(text)]);
  }
  if (rows.observed.length === 0) {
    rows.observed.push([textOf("screen.ipAddress"), textOf("screen.unknownAddress")]);
  }
  // The author of custom data chooses its terms too.
  const group = groupOf(customDataSource);
  const format = group === "claimed" ? toQuotedText : toPlainText;
  rows[group].push(...entriesOf(customData).map((row) => row.map(format)));
  return rows;
}

function groupOf(source) {
  if (source === "CONTEXT_SOURCE_OBSERVED_BY_GATEWAY") return "observed";
  return source === "CONTEXT_SOURCE_STATED_BY_APP" ? "stated" : "claimed";
}

function describeAddress(address = "") {
  return /^(127\.|::1$)/.test(address) ? textOf("demo.thisComputer", { address }) : address;
}

function entriesOf(customData) {
  const entries = Object.entries(customData ?? {}).map(([name, value]) => [name, toText(value)]);
  return entries.filter(([, text]) => text);
}

function toText(value) {
  if (Array.isArray(value)) return value.map(toText).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/**
 * Returns the text on one line, without invisible and bidirectional control characters, and with at most two
 * combining marks in a row.
 */
function toPlainText(text) {
  const visible = text
    .normalize("NFC")
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/(\p{M}{2})\p{M}+/gu, "$1")
    .replace(/[\p{Z}\s]+/gu, " ")
    .trim();
  const characters = [...visible];
  return characters.length > maxTextLength ? `${characters.slice(0, maxTextLength - 1).join("")}…` : visible;
}

/**
 * Returns a claim in quotation marks. Removes characters that resemble a sign of approval (pictographs, check
 * marks, frames), and replaces quotation marks that could end the claim early.
 */
function toQuotedText(text) {
  const claim = toPlainText(text)
    .replace(/[\p{Extended_Pictographic}\p{So}\p{Me}√]/gu, "")
    .replace(/[\p{Pi}\p{Pf}"„‚〝〞〟＂]/gu, "'")
    .replace(/ +/g, " ")
    .trim();
  return `“${claim}”`;
}
