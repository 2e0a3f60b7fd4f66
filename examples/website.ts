// A website's backend: shows the code, watches the status, and gets the user. Start it with `npm run website`.
import { createInterface } from "node:readline/promises";
import {
  type AppClient,
  CreatorCapability,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  isQrLoginError,
  TicketState,
  type UserInfo,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { renderForTerminal } from "../src/qr/render_for_terminal.js";
import { enumNameOf, isMainModule, optionValue } from "./command_line.js";

/**
 * Signs one user in. `showQrCode` receives the content of each code. `askForCheckCode` resolves with the number that
 * the user reads on the phone; without it, no app whose policy needs a check code can sign in. Resolves with undefined
 * if the user declines, takes too long or types a wrong number too often.
 */
export async function signIn(
  client: AppClient,
  showQrCode: (qrContent: string) => void,
  askForCheckCode?: (digits: number) => Promise<string>,
): Promise<UserInfo | undefined> {
  const codeVerifier = createCodeVerifier();
  const { ticketId, ticketSecret, qrContent } = await client.createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
    requester: { deviceName: "The website example", ipAddress: "127.0.0.1", location: "This very machine" },
    capabilities: [
      CreatorCapability.QR_CODE_STEPS,
      ...(askForCheckCode ? [CreatorCapability.CHECK_CODE] : []),
    ],
  });
  showQrCode(qrContent);
  let shown = qrContent;

  for await (const status of client.watchStatus({ ticketId, ticketSecret })) {
    const suffix = status.scannedBy ? ` by ${status.scannedBy.nickname}` : "";
    console.log(`website: ${enumNameOf(TicketState, status.state)}${suffix}`);
    if (status.qrCodeStep && status.qrCodeStep.qrContent !== shown) {
      shown = status.qrCodeStep.qrContent;
      showQrCode(shown);
    }
    if (status.state === TicketState.AWAITING_CHECK_CODE && askForCheckCode) {
      const checkCode = await askForCheckCode(status.checkCodeDigits);
      await submitCheckCode(client, { ticketId, ticketSecret, checkCode });
    }
    if (status.state === TicketState.AUTHORIZED) {
      const { user } = await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket, codeVerifier });
      return user;
    }
  }
  return undefined;
}

/** Submits a check code. After a wrong one, or if the ticket has ended meanwhile, the watch sends the new status. */
async function submitCheckCode(
  client: AppClient,
  request: { readonly ticketId: string; readonly ticketSecret: string; readonly checkCode: string },
): Promise<void> {
  try {
    await client.submitCheckCode(request);
  } catch (error) {
    if (!isQrLoginError(error)) throw error;
    const left = error.attemptsLeft === undefined ? "" : `; ${error.attemptsLeft} attempts are left`;
    console.log(`website: ${error.rawMessage}${left}`);
  }
}

if (isMainModule(import.meta.url)) {
  const address = optionValue("--address") ?? "127.0.0.1:50051";
  const client = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
  const user = await signIn(
    client,
    (qrContent) => {
      console.log(renderForTerminal(qrContent));
      console.log(`Scan it, or run this in another terminal:\n  npm run phone -- '${qrContent}'\n`);
    },
    async (digits) => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      const isComplete = (typed: string) => /^[0-9]+$/.test(typed) && typed.length === digits;
      let typed = "";
      while (!isComplete(typed)) {
        typed = await terminal.question(`Type the ${digits} digits that the phone shows: `);
      }
      terminal.close();
      return typed;
    },
  );
  console.log(user ? "Signed in:" : "No user signed in.", user ?? "");
  client.close();
}
