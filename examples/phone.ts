// The phone: takes what was scanned, shows who asks, and lets the person decide. `npm run phone -- 'TEXT'` or a picture file
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { signDevelopmentToken } from "../src/auth/development_identities.js";
import {
  type ApproverClient,
  ContextSource,
  createApproverClient,
  isQrLoginError,
  type MarkScannedResponse,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { isMainModule, optionValue, positionalArguments } from "./command_line.js";

/** Scans, asks, and does as the person says. Answers whether they agreed. */
export async function approve(
  client: ApproverClient,
  qrContent: string,
  confirm: (request: MarkScannedResponse) => Promise<boolean>,
): Promise<boolean> {
  const request = await client.markScanned({ scanned: { $case: "qrContent", value: qrContent } });
  const agreed = await confirm(request);
  if (agreed) await client.authorize({ ticketId: request.ticketId });
  else await client.cancel({ ticketId: request.ticketId });
  return agreed;
}

/**
 * Returns what a person reads before they decide: what the service answers, and never what the code says. Each item stands with
 * its source, and what the page claims in quotation marks: a stranger may have written it.
 */
export function describeRequest(request: MarkScannedResponse): string {
  const { app, requester, customData, customDataSource, remainingDuration } = request;
  const items = [
    { name: "network address", text: requester?.ipAddress, source: requester?.ipAddressSource },
    { name: "device", text: requester?.deviceName, source: requester?.deviceNameSource },
    { name: "browser", text: requester?.userAgent, source: requester?.userAgentSource },
    { name: "location", text: requester?.location, source: requester?.locationSource },
    {
      name: "further data",
      text: Object.keys(customData ?? {}).length > 0 ? JSON.stringify(customData) : "",
      source: customDataSource,
    },
  ].filter(({ text }) => text);
  const { OBSERVED_BY_GATEWAY, STATED_BY_APP } = ContextSource;
  const format = (chosen: typeof items) =>
    chosen.map(({ name, text = "" }) => `${name} ${JSON.stringify(toPrintable(text))}`).join(", ") ||
    "nothing";
  const observed = items.filter(({ source }) => source === OBSERVED_BY_GATEWAY);
  const stated = items.filter(({ source }) => source === STATED_BY_APP);
  // A source that this app does not know yet is no better than a claim.
  const claimed = items.filter((item) => !observed.includes(item) && !stated.includes(item));
  return [
    `${app?.name} asks you to sign in. ${remainingDuration?.seconds} seconds left.`,
    `  Seen by the sign-in service: ${format(observed)}`,
    `  ${app?.name} says: ${format(stated)}`,
    ...(claimed.length > 0 ? [`  The page says (not checked): ${format(claimed)}`] : []),
  ].join("\n");
}

/** Returns the text without what a terminal obeys or does not show. */
function toPrintable(text: string): string {
  return text.replace(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]+/gu, " ");
}

/** The text in a PNG picture of a QR code. */
function readQrCode(file: string): string {
  const { data, width, height } = PNG.sync.read(readFileSync(file));
  const qrCode = jsqr.default(new Uint8ClampedArray(data), width, height);
  if (!qrCode) throw new Error(`no QR code found in ${file}`);
  return qrCode.data;
}

/** What the person types; nothing from one who closes the terminal, and so has not agreed. */
async function prompt(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = once(terminal, "close").then(() => "");
  const answer = await Promise.race([terminal.question(question), closed]);
  terminal.close();
  return answer;
}

if (isMainModule(import.meta.url)) {
  const [scanned] = positionalArguments();
  const user = optionValue("--user") === "bob" ? "bob" : "alice";
  if (!scanned) {
    console.error("usage: npm run phone -- TEXT_OR_PNG_FILE [--user alice|bob] [--address HOST:PORT]");
    process.exit(2);
  }
  const address = optionValue("--address") ?? "127.0.0.1:50051";
  const client = createApproverClient({ address, token: () => signDevelopmentToken(user, Date.now()) });
  try {
    const agreed = await approve(client, existsSync(scanned) ? readQrCode(scanned) : scanned, async (who) => {
      console.log(describeRequest(who));
      return (await prompt("Sign in? [y/N] ")).trim().toLowerCase().startsWith("y");
    });
    console.log(agreed ? `Signed in as ${user}.` : "Refused.");
  } catch (error) {
    if (!isQrLoginError(error)) throw error;
    console.error(`Not possible: ${error.message} (${error.reason})`);
    process.exitCode = 1;
  } finally {
    client.close();
  }
}
