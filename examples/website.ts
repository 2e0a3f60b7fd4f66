// A website's backend: shows the code, watches the status, and gets the user. Start it with `npm run website`.
import {
  type AppClient,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  TicketState,
  type UserInfo,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { renderForTerminal } from "../src/qr/render_for_terminal.js";
import { enumNameOf, isMainModule, optionValue } from "./command_line.js";

/**
 * Signs one user in. `showQrCode` receives the content of the code. Resolves with undefined if the user
 * declines or takes too long.
 */
export async function signIn(
  client: AppClient,
  showQrCode: (qrContent: string) => void,
): Promise<UserInfo | undefined> {
  const codeVerifier = createCodeVerifier();
  const { ticketId, ticketSecret, qrContent } = await client.createTicket({
    codeChallenge: codeChallengeOf(codeVerifier),
    requester: { deviceName: "The website example", ipAddress: "127.0.0.1", location: "This very machine" },
  });
  showQrCode(qrContent);

  for await (const status of client.watchStatus({ ticketId, ticketSecret })) {
    const suffix = status.scannedBy ? ` by ${status.scannedBy.nickname}` : "";
    console.log(`website: ${enumNameOf(TicketState, status.state)}${suffix}`);
    if (status.state === TicketState.AUTHORIZED) {
      const { user } = await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket, codeVerifier });
      return user;
    }
  }
  return undefined;
}

if (isMainModule(import.meta.url)) {
  const address = optionValue("--address") ?? "127.0.0.1:50051";
  const client = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
  const user = await signIn(client, (qrContent) => {
    console.log(renderForTerminal(qrContent));
    console.log(`Scan it, or in another terminal:\n  npm run phone -- '${qrContent}'\n`);
  });
  console.log(user ? "Signed in:" : "Nobody signed in.", user ?? "");
  client.close();
}
