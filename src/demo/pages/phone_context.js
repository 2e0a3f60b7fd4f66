// What the phone shows of the screen that asks, by source. A stranger may have written every text in here.
import { describeBrowser } from "./phone_messages.js";

/** The longest text that is shown, in characters. */
const maxTextLength = 60;

/** How many entries of custom data are shown. */
const maxEntries = 6;

/**
 * Returns rows of a term and a text: `observed` by the sign-in service, `stated` by the website's backend, and `claimed` by the
 * page. A source that is not known counts as a claim. Claims are in quotation marks.
 */
export function contextBySource({ requester, customData, customDataSource }) {
  const { ipAddress, userAgent, deviceName, location, ...sources } = requester ?? {};
  const rows = { observed: [], stated: [], claimed: [] };
  for (const [term, text, source] of [
    ["Network address", describeAddress(ipAddress), sources.ipAddressSource],
    ["Device", deviceName, sources.deviceNameSource],
    ["Browser", describeBrowser(userAgent), sources.userAgentSource],
    ["Location", location, sources.locationSource],
  ]) {
    const group = groupOf(source);
    if (text) rows[group].push([term, group === "claimed" ? toQuotedText(text) : toPlainText(text)]);
  }
  if (rows.observed.length === 0) rows.observed.push(["Network address", "not known"]);
  // Whoever gives the data chooses the terms too.
  const group = groupOf(customDataSource);
  const format = group === "claimed" ? toQuotedText : toPlainText;
  rows[group].push(...entriesOf(customData).map((row) => row.map(format)));
  return rows;
}

function groupOf(source) {
  if (source === "OBSERVED_BY_GATEWAY") return "observed";
  return source === "STATED_BY_APP" ? "stated" : "claimed";
}

function describeAddress(address = "") {
  return /^(127\.|::1$)/.test(address) ? `${address}, this computer` : address;
}

function entriesOf(customData) {
  const entries = Object.entries(customData ?? {}).map(([name, value]) => [name, toText(value)]);
  return entries.filter(([, text]) => text).slice(0, maxEntries);
}

function toText(value) {
  if (Array.isArray(value)) return value.map(toText).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/** Returns the text on one line, without characters that cannot be seen, turn the text around, or pile up marks over their neighbours. */
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
 * Returns a claim in quotation marks. Takes out what looks like a sign of approval (pictographs, check marks, frames), and has no
 * quotation mark in it that looks like its end.
 */
function toQuotedText(text) {
  const claim = toPlainText(text)
    .replace(/[\p{Extended_Pictographic}\p{So}\p{Me}√]/gu, "")
    .replace(/[\p{Pi}\p{Pf}"„‚〝〞〟＂]/gu, "'")
    .replace(/ +/g, " ")
    .trim();
  return `“${claim}”`;
}
