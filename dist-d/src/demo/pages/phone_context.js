// What the phone shows of the screen that asks, by source. A stranger may have written every text in here.
import { browserIn } from "./phone_words.js";

/** The longest text that is shown, in characters. */
const maxText = 60;

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
    ["Network address", addressInWords(ipAddress), sources.ipAddressSource],
    ["Device", deviceName, sources.deviceNameSource],
    ["Browser", browserIn(userAgent), sources.userAgentSource],
    ["Location", location, sources.locationSource],
  ]) {
    const group = groupOf(source);
    if (text) rows[group].push([term, group === "claimed" ? quoted(text) : plain(text)]);
  }
  if (rows.observed.length === 0) rows.observed.push(["Network address", "not known"]);
  // Whoever gives the data chooses the terms too.
  const group = groupOf(customDataSource);
  const shown = group === "claimed" ? quoted : plain;
  rows[group].push(...entriesOf(customData).map((row) => row.map(shown)));
  return rows;
}

function groupOf(source) {
  if (source === "OBSERVED_BY_GATEWAY") return "observed";
  return source === "STATED_BY_APP" ? "stated" : "claimed";
}

function addressInWords(address = "") {
  return /^(127\.|::1$)/.test(address) ? `${address}, this computer` : address;
}

function entriesOf(customData) {
  const all = Object.entries(customData ?? {}).map(([name, value]) => [name, inWords(value)]);
  return all.filter(([, text]) => text).slice(0, maxEntries);
}

function inWords(value) {
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "");
}

/** Returns the text on one line, without characters that cannot be seen, turn the text around, or pile up marks over their neighbours. */
function plain(text) {
  const visible = text
    .normalize("NFC")
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/(\p{M}{2})\p{M}+/gu, "$1")
    .replace(/[\p{Z}\s]+/gu, " ")
    .trim();
  const characters = [...visible];
  return characters.length > maxText ? `${characters.slice(0, maxText - 1).join("")}…` : visible;
}

/**
 * Returns a claim in quotation marks. Takes out what looks like a sign of approval (pictographs, check marks, frames), and has no
 * quotation mark in it that looks like its end.
 */
function quoted(text) {
  const words = plain(text)
    .replace(/[\p{Extended_Pictographic}\p{So}\p{Me}√]/gu, "")
    .replace(/[\p{Pi}\p{Pf}"„‚〝〞〟＂]/gu, "'")
    .replace(/ +/g, " ")
    .trim();
  return `“${words}”`;
}
