// A website's backend: draws the code, follows the status, and gets the user. `npm run website`
import {
  type AppClient,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  TicketState,
  type UserInfo,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { drawInTerminal } from "../src/qr/terminal.js";
import { argumentOf, isRun, nameOf } from "./command_line.js";

/** Signs one person in. `show` is given the text to draw. The answer is undefined if they refused or took too long. */
export async function signIn(
  client: AppClient,
  show: (qrContent: string) => void,
): Promise<UserInfo | undefined> {
  const codeVerifier = createCodeVerifier();
  const { ticketId, ticketSecret, qrContent } = await client.createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
    requester: { deviceName: "The website example", ipAddress: "127.0.0.1", location: "This very machine" },
  });
  show(qrContent);

  for await (const status of client.watchStatus({ ticketId, ticketSecret })) {
    const by = status.scannedBy ? ` by ${status.scannedBy.nickname}` : "";
    console.log(`website: ${nameOf(TicketState, status.state)}${by}`);
    if (status.state === TicketState.AUTHORIZED) {
      const { user } = await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket, codeVerifier });
      return user;
    }
  }
  return undefined;
}

if (isRun(import.meta.url)) {
  const address = argumentOf("--address") ?? "127.0.0.1:50051";
  const client = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
  const user = await signIn(client, (qrContent) => {
    console.log(drawInTerminal(qrContent));
    console.log(`Scan it, or in another terminal:\n  npm run phone -- '${qrContent}'\n`);
  });
  console.log(user ? "Signed in:" : "Nobody signed in.", user ?? "");
  client.close();
}
