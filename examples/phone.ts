// The phone: sends the scanned code, shows the request, and lets the user decide.
// Start it with `npm run phone -- 'TEXT'`, or with a PNG file in place of the text.
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
  PhoneCapability,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { isMainModule, optionValue, positionalArguments } from "./command_line.js";

/** Question that the user answers before an approval. */
const question =
  "Is the code on a screen in front of you, on a page that you opened yourself just now? [y/N] ";

/** An approval: the check code, empty if the website waits for none, and the name of the website that it is for. */
interface Approval {
  readonly checkCode: string;
  readonly website: string;
}

/** Scans a code, asks for a decision, and sends it. Resolves with undefined if the user declined. */
export async function approve(
  client: ApproverClient,
  qrContent: string,
  confirm: (request: MarkScannedResponse) => Promise<boolean>,
): Promise<Approval | undefined> {
  const request = await client.markScanned({
    scanned: { $case: "qrContent", value: qrContent },
    capabilities: [PhoneCapability.CHECK_CODE],
  });
  const { ticketId, app } = request;
  if (!(await confirm(request))) {
    await client.cancel({ ticketId });
    return undefined;
  }
  const { checkCode } = await client.authorize({ ticketId });
  return { checkCode, website: app?.name ?? "the website" };
}

/** Returns the text that a user reads with the check code: where to type it, and to tell it to nobody. */
export function describeCheckCode({ checkCode, website }: Approval): string {
  return [
    `Type this number on ${website} only: ${checkCode}`,
    "  Never tell it to anybody, not by phone, chat or mail.",
    `  Nobody from ${website} will ask for it. Anyone who does is trying to get into your account.`,
  ].join("\n");
}

/**
 * Returns the text that a user reads before deciding. All of it comes from the service, none from the code.
 * Items are grouped by source. All values are in quotation marks, since an attacker may have written what the
 * page claims.
 */
export function describeRequest(request: MarkScannedResponse): string {
  const { app, requester, customData, customDataSource, remainingDuration, checkCodeDigits } = request;
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
  // A source that this version does not know counts as a claim.
  const claimed = items.filter((item) => !observed.includes(item) && !stated.includes(item));
  return [
    `${app?.name} asks you to sign in. ${remainingDuration?.seconds} seconds left.`,
    `  Seen by the sign-in service: ${format(observed)}`,
    `  ${app?.name} says: ${format(stated)}`,
    ...(claimed.length > 0 ? [`  The page says (not checked): ${format(claimed)}`] : []),
    ...(checkCodeDigits > 0
      ? ["Next, you get a number to type on that page. If anyone else wants it, say no."]
      : []),
  ].join("\n");
}

/** Replaces control characters of the terminal and invisible characters by spaces. */
function toPrintable(text: string): string {
  return text.replace(/[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]+/gu, " ");
}

/** Returns the text of the QR code in a PNG file. */
function readQrCode(file: string): string {
  const { data, width, height } = PNG.sync.read(readFileSync(file));
  const qrCode = jsqr.default(new Uint8ClampedArray(data), width, height);
  if (!qrCode) throw new Error(`no QR code found in ${file}`);
  return qrCode.data;
}

/**
 * Resolves with the line that the user types, or with an empty text if they close the terminal, which must not
 * count as consent.
 */
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
    const approval = await approve(
      client,
      existsSync(scanned) ? readQrCode(scanned) : scanned,
      async (who) => {
        console.log(describeRequest(who));
        return (await prompt(question)).trim().toLowerCase().startsWith("y");
      },
    );
    if (!approval) console.log("Declined.");
    else console.log(approval.checkCode ? describeCheckCode(approval) : `Signed in as ${user}.`);
  } catch (error) {
    if (!isQrLoginError(error)) throw error;
    console.error(`Failed: ${error.message} (${error.reason})`);
    process.exitCode = 1;
  } finally {
    client.close();
  }
}
