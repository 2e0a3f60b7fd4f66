import { signDevelopmentToken } from "../../src/auth/development_identities.js";
import {
  type ClientOptions,
  createAppClient,
  createApproverClient,
  TicketState,
  type UserInfo,
} from "../../src/client/index.js";

/**
 * Signs alice in at the demo app of a server in development mode. Resolves with the user's information that the
 * app receives.
 */
export async function signInAlice(options: ClientOptions): Promise<UserInfo | undefined> {
  const token = await signDevelopmentToken("alice", Date.now());
  const website = createAppClient({ ...options, appId: "demo-app", appSecret: "demo-secret" });
  const phone = createApproverClient({ ...options, token });
  try {
    const { ticketId, ticketSecret, qrContent } = await website.createTicket({});
    await phone.markScanned({ scanned: { $case: "qrContent", value: qrContent } });
    await phone.authorize({ ticketId });
    for await (const status of website.watchStatus({ ticketId, ticketSecret })) {
      if (status.state !== TicketState.AUTHORIZED) continue;
      return (await website.exchangeUserInfo({ exchangeTicket: status.exchangeTicket })).user;
    }
    return undefined;
  } finally {
    website.close();
    phone.close();
  }
}
